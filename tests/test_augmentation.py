"""Augmentations: what they make of images, that any step can be made alone, and what a recipe may have of them."""

import threading

import numpy as np
import pytest

from mnist_compare import load_dataset, subset
from mnist_compare.data import normalize
from mnist_compare.data.augment import augment
from mnist_compare.errors import UsageError
from mnist_compare.experiment.augmenting import AugmentedImages
from mnist_compare.io.registry import tag_of
from mnist_compare.randomness import augmentation_numbers
from mnist_compare.recipe import Recipe, Standardize
from mnist_compare.recipe.augmentations import (
    AUGMENTATIONS,
    Contrast,
    CutMix,
    Elastic,
    Erase,
    Flip,
    MixUp,
    Noise,
    Rotate,
    Scale,
    Shear,
    Shift,
)
from mnist_compare_numpy import NumpyExperiment

DATA = subset(load_dataset("mnist"), train_size=160, test_size=20)
IMAGES = DATA.train_images[:40].astype(np.float32) / 255


def numbers(name, count, epoch=0, images=40):
    return augmentation_numbers(3, name, epoch, 0, images, count)


def made(*augmentations, images=IMAGES, epoch=0):
    labels = np.eye(10)[DATA.train_labels[: len(images)]]
    return augment(augmentations, images, labels, lambda name, count: numbers(name, count, epoch, len(images)))


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_each_changes_images_and_keeps_their_form(name):
    """Every augmentation makes other images in every epoch, of the same shape, the same each time."""
    images, shares = made(AUGMENTATIONS[name])
    again, _ = made(AUGMENTATIONS[name])
    later, _ = made(AUGMENTATIONS[name], epoch=1)
    assert images.dtype == np.float32
    assert images.shape == IMAGES.shape
    assert 0 <= images.min() <= images.max() <= 1
    assert np.array_equal(images, again)
    assert not np.array_equal(images, IMAGES)
    assert not np.array_equal(images, later)
    assert np.allclose(shares.sum(axis=1), 1)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_probability_0_changes_nothing(name):
    """With probability 0 all images and labels stay as they are, to the bit."""
    kind = type(AUGMENTATIONS[name])
    images, shares = made(kind(probability=0.0))
    assert np.array_equal(images, IMAGES)
    assert np.array_equal(shares, np.eye(10)[DATA.train_labels[:40]])


def test_half_of_the_images_are_changed():
    """The probability is that of each image by itself."""
    images, _ = made(Flip(probability=0.5))
    changed = [not np.array_equal(a, b) for a, b in zip(images, IMAGES, strict=True)]
    assert 10 <= sum(changed) <= 30


def test_geometry_is_as_its_words_say():
    """Quarter turns, mirrors and shifts by whole pixels are exactly those; down and right are above 0."""
    turned = np.rot90(IMAGES, axes=(2, 3))
    assert np.allclose(made(Rotate(degrees=(90, 90)))[0], turned, atol=1e-6)
    flips = {"horizontal": IMAGES[..., ::-1], "vertical": IMAGES[:, :, ::-1], "both": IMAGES[:, :, ::-1, ::-1]}
    for direction, mirrored in flips.items():
        assert np.array_equal(made(Flip(direction=direction, probability=1.0))[0], mirrored)
    ink = np.zeros((1, 1, 28, 28), np.float32)
    ink[0, 0, 10, 12] = 1
    share = 3 / 28
    down, _ = made(Shift(vertical=(share, share), horizontal=(-share, -share)), images=ink)
    assert np.isclose(down[0, 0, 13, 9], 1, atol=1e-5)
    ink = np.zeros((1, 1, 29, 29), np.float32)
    ink[0, 0, 4, 14] = ink[0, 0, 14, 14] = 1
    slanted, _ = made(Shear(degrees=(45, 45)), images=ink)
    assert np.isclose(slanted[0, 0, 4, 24], 1)
    assert np.isclose(slanted[0, 0, 14, 14], 1)
    ink = np.zeros((1, 1, 29, 29), np.float32)
    ink[0, 0, 14, 20] = 1
    assert np.isclose(made(Scale(factor=(2, 2)), images=ink)[0][0, 0, 14, 26], 1)


def test_what_moves_pixels_in_a_row_is_interpolated_once():
    """A turn there and one back leave the image sharp, since both are one."""
    images, _ = made(Rotate(degrees=(30, 30)), Rotate(degrees=(-30, -30)))
    inner = np.s_[:, :, 8:20, 8:20]
    assert np.allclose(images[inner], IMAGES[inner], atol=1e-5)


def test_channels_are_moved_alike():
    """An image with colours is changed in all its channels in the same way."""
    colours = np.repeat(IMAGES, 3, axis=1)
    for one in (Rotate(), Elastic(), Erase(probability=1.0)):
        images, _ = made(one, images=colours)
        assert np.array_equal(images[:, 0], images[:, 2])


def test_pixels_are_changed_as_asked():
    """Erased rectangles have the area, noise the deviation, contrast the distances from the mean that were asked."""
    white = np.ones((400, 1, 28, 28), np.float32)
    erased, _ = made(Erase(area=(0.25, 0.25), ratio=(1, 1), probability=1.0), images=white[:40])
    assert np.allclose(erased.mean(axis=(1, 2, 3)), 0.75, atol=1e-6)
    noise = augment(
        [Noise(deviation=(0.05, 0.05))], white / 2, None, lambda name, count: numbers(name, count, images=400)
    )[0]
    assert abs(noise.std() - 0.05) < 0.0005
    assert abs(noise.mean() - 0.5) < 0.0005
    gray = 0.4 + 0.2 * IMAGES
    contrasted, _ = made(Contrast(factor=(0.5, 0.5)), images=gray)
    assert np.allclose(contrasted.std(axis=(2, 3)), gray.std(axis=(2, 3)) / 2, atol=1e-6)
    assert np.allclose(contrasted.mean(axis=(2, 3)), gray.mean(axis=(2, 3)), atol=1e-6)


@pytest.mark.parametrize("one", [MixUp(alpha=1.0), CutMix()])
def test_labels_are_mixed_as_images_are(one):
    """A mixed image has the shares of the two images in it as its label."""
    white = np.zeros((2, 1, 28, 28), np.float32)
    white[1] = 1
    images, shares = augment([one], white, np.eye(2), lambda name, count: numbers(name, count, images=2))
    assert np.allclose(images.mean(axis=(1, 2, 3)), shares[:, 1], atol=1e-6)
    assert 0 < shares[0, 1] < 1


def test_another_augmentation_leaves_the_random_numbers_of_the_others():
    """Noise before a turn does not change by how much an image is turned."""
    black = np.zeros_like(IMAGES)
    noisy, _ = made(Noise(deviation=(0, 0)), Shift())
    assert np.array_equal(noisy, made(Shift())[0])
    assert np.array_equal(made(Rotate(), images=black)[0], black)


AUGMENTED = {"augmentation": (Rotate(), Elastic(), Noise()), "batch_size": 32, "epochs": 8}


def trained(monkeypatch, data=DATA, **changes):
    """Train, and give the experiment with the images of every step, by epoch and step."""
    seen = {}
    own = NumpyExperiment.train

    def train(self, images, targets, steps):
        for i, batch in enumerate(steps.indices):
            seen[steps.epoch, steps.start + i] = images[batch], targets[batch]
        return own(self, images, targets, steps)

    monkeypatch.setattr(NumpyExperiment, "train", train)
    experiment = NumpyExperiment("linear" if changes.pop("number", False) else "mlp", recipe(**changes), seed=1)
    experiment.fit(data)
    return experiment, seen


def recipe(**changes):
    return Recipe(**{**AUGMENTED, **changes})


@pytest.mark.parametrize("normalization", ["unit", Standardize(0.1307, 0.3081)])
def test_a_step_made_alone_is_that_of_the_training(monkeypatch, normalization):
    """Step 3 of epoch 7 has the same images, to the bit, when made alone as after all steps before it."""
    experiment, seen = trained(monkeypatch, normalization=normalization)
    assert len(seen) == 8 * 5
    arrays = normalize(DATA, normalization)
    plan = experiment.__class__("mlp", recipe(normalization=normalization), seed=1)
    plan.training = experiment.training.__class__(epoch=7)
    plan.mean, plan.std = arrays.mean, arrays.std
    steps = plan.plan(160).steps(3, 4)
    images, targets = AugmentedImages(plan, arrays.train_images, arrays.train_labels).step(7, 3, steps.indices[0])
    assert np.array_equal(images, seen[7, 3][0])
    assert np.array_equal(targets, seen[7, 3][1])
    assert not np.array_equal(images, arrays.train_images[steps.indices[0]])


def test_a_training_with_augmentation_goes_on_to_the_same_bits(tmp_path):
    """Stopped in the middle of an epoch and taken up again, it ends with the weights of one that was not stopped."""
    whole = NumpyExperiment("mlp", recipe(epochs=2), seed=1)
    whole.fit(DATA)
    asked = iter([False, False, True])
    first = NumpyExperiment("mlp", recipe(epochs=2), seed=1)
    first.fit(DATA, checkpoints=tmp_path, stop=lambda: next(asked))
    assert first.training.partial.losses
    second = NumpyExperiment.load(sorted(tmp_path.glob("*.safetensors"))[-1])
    second.fit(DATA)
    assert all(np.array_equal(array, second.weights()[name]) for name, array in whole.weights().items())


def test_waiting_is_told_apart_and_threads_end():
    """How long a training waited for images is in its seconds, and no thread is left behind."""
    experiment = NumpyExperiment("mlp", recipe(epochs=1))
    experiment.fit(DATA)
    assert experiment.training.seconds["waiting"] > 0
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("augmentation")]
    plain = NumpyExperiment("mlp", recipe(epochs=1, augmentation=()))
    plain.fit(DATA)
    assert plain.training.seconds["waiting"] == 0


@pytest.mark.parametrize(
    ("augmentation", "told"),
    [
        (Rotate(degrees=(10, -10)), r"degrees must be two numbers from -360 to 360, the smaller one first"),
        (Shift(horizontal=(-2, 0)), r"horizontal must be two numbers from -1 to 1"),
        (Scale(factor=(0, 1)), r"factor must be two numbers from 0.1 to 10"),
        (Erase(probability=1.5), r"probability must be from 0 to 1"),
        (MixUp(alpha=0), r"alpha must be from 0.01 to 100"),
        (Elastic(strength=(0, float("nan"))), r"strength must be two numbers"),
    ],
)
def test_what_cannot_be_is_refused(augmentation, told):
    """Ranges that run backwards and numbers out of bounds are refused with what is valid, and where they stand."""
    with pytest.raises(UsageError, match=rf"augmentation, number 2 \({tag_of(augmentation)}\): {told}"):
        Recipe(augmentation=(Noise(), augmentation)).check()


def test_mixed_images_need_shares_of_classes():
    """Mixed labels need cross-entropy, and go with no class weights."""
    with pytest.raises(UsageError, match=r"augmentation needs the loss cross_entropy \(it is \['mixup'\]\)"):
        Recipe(augmentation=(MixUp(),), loss="mean_squared_error").check()
    with pytest.raises(UsageError, match="cannot be together with class_weights"):
        Recipe(augmentation=(CutMix(),), class_weights=(1.0,) * 10).check()


def test_augmentations_are_found_by_name():
    """Names stand for those with their defaults, "none" for no augmentation, and an unknown one is answered."""
    changed = Recipe().changed(augmentation="rotate, elastic")
    assert changed.augmentation == (Rotate(), Elastic())
    assert changed.changed(augmentation="none") == Recipe()
    assert changed.changed(augmentation=["noise", Rotate(degrees=(0, 5))]).augmentation[1].degrees == (0, 5)
    with pytest.raises(UsageError, match=r"'none' stands alone"):
        Recipe().changed(augmentation="none,rotate")
    with pytest.raises(UsageError, match=r"rotate"):
        Recipe().changed(augmentation="rotation")
    assert "augmentation by rotate, elastic" in changed.describe()


def test_a_recipe_in_a_file_has_augmentations(tmp_path):
    """A recipe's file has a table for each, in their order."""
    from mnist_compare.recipe import read_recipe

    path = tmp_path / "recipe.toml"
    path.write_text('[[augmentation]]\ntype = "rotate"\ndegrees = [-5, 5]\n[[augmentation]]\ntype = "mixup"\n')
    assert read_recipe(path).augmentation == (Rotate(degrees=(-5.0, 5.0)), MixUp())
