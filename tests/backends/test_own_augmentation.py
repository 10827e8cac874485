"""Native mode with a framework's own transforms: what they make of images, and that a run with them can be repeated."""

import numpy as np
import pytest

from mnist_compare.recipe.augmentations import AUGMENTATIONS

MODE = "native:augmentation"
TAKEN = {
    "torch": {"shift", "rotate", "scale", "shear", "erase", "contrast", "mixup", "cutmix"},
    "keras": {"shift", "rotate", "scale", "shear", "erase", "contrast", "mixup", "cutmix"},
    "paddle": {"shift", "rotate", "scale", "shear", "erase", "contrast"},
}


@pytest.fixture
def own(framework):
    """What a framework that has transforms has left; skipped for others."""
    if not framework.under("augmentation"):
        pytest.skip("it has declared no transforms")
    return framework


def made(own, name):
    """The images of a step."""
    return own.arrays[f"augmentation/{name}/images"]


def test_each_framework_takes_what_it_has(own):
    """The defaults of these augmentations can be a framework's own; torchvision is not imported before one is."""
    facts = own.facts["augmentation"]
    assert set(facts["taken"]) == TAKEN.get(own.backend, set(facts["taken"]))
    assert not facts["imported before"]


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_own_images_are_others_the_same_each_time(own, name):
    """They differ from the core's, are the same when made again, and are images: of their shape, from 0 to 1."""
    if name not in own.facts["augmentation"]["taken"]:
        pytest.skip("it is the core's in native mode too")
    matched, native, again = (made(own, f"{name}/{mode}") for mode in ("matched", MODE, "again"))
    assert native.shape == matched.shape
    assert native.dtype == matched.dtype
    assert 0 <= native.min() <= native.max() <= 1
    assert np.array_equal(native, again)
    assert not np.array_equal(native, matched)
    targets = own.arrays[f"augmentation/{name}/{MODE}/targets"]
    assert np.array_equal(targets, own.arrays[f"augmentation/{name}/again/targets"])
    assert targets.shape == own.arrays[f"augmentation/{name}/matched/targets"].shape
    if targets.ndim == 2:
        assert targets.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("name", ["rotate", "scale", "shear"])
def test_a_known_change_is_that_of_the_core(own, name):
    """One angle or factor means the same as in the core, but for how values between pixels are found."""
    if not own.under(f"augmentation/known/{name}"):
        pytest.skip("it takes ranges alone")
    found, core, plain = made(own, f"known/{name}/own"), made(own, f"known/{name}/core"), made(own, "half/plain")
    inner = np.s_[:, :, 4:24, 4:24]
    assert np.abs(found - core)[inner].mean() < np.abs(plain - core)[inner].mean() / 2
    assert np.corrcoef(found[inner].ravel(), core[inner].ravel())[0, 1] > 0.9


def test_the_probability_is_that_of_the_recipe(own):
    """With 0.5, about half of the images are changed, and the others are as they were to the bit."""
    changed = (made(own, "half") != made(own, "half/plain")).any(axis=(1, 2, 3))
    assert 15 <= changed.sum() <= 45


def test_other_random_numbers_are_left_alone(own):
    """The generators from which dropout and other code draw stand where they stood."""
    assert own.facts["augmentation"]["generators left"]


def test_a_training_goes_on_to_the_same_bits(own):
    """Stopped within an epoch and gone on with, it ends with the weights of one that was not stopped."""
    assert np.array_equal(own.arrays["augmentation/whole"], own.arrays["augmentation/resumed"])


def test_a_missing_torchvision_is_told(outcome_of):
    """The error says what is missing, and what to do."""
    told = outcome_of("torch").facts["without torchvision"]
    assert told["error"] == "BackendError"
    assert told["meant"]
    assert "pip install torchvision" in told["message"]
