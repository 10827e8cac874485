import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_compare.architecture import Architecture, ChannelDropout, Convolution, Dropout, Flatten, Linear
from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.experiment.steps import MASK_BYTES, EpochPlan
from mnist_compare.randomness import dropout_masks
from mnist_compare.recipe import Recipe

LINEAR = Architecture("plain", (Flatten(), Linear(10)))
DROPPING = Architecture("dropping", (Convolution(3, 5), Dropout(0.2), Flatten(), Dropout(0.75), Linear(10)))


def plan(images, batch_size, *, architecture=LINEAR, epoch=0, **values):
    recipe = Recipe(batch_size=batch_size, epochs=5, **values)
    return EpochPlan(architecture, recipe, 0, epoch, images)


def images_of(pieces):
    return np.concatenate([steps.indices.ravel() for steps in pieces])


@settings(max_examples=100, deadline=None)
@given(images=st.integers(1, 200), batch_size=st.integers(1, 250), epoch=st.integers(0, 4))
def test_every_image_once_an_epoch(images, batch_size, epoch):
    """Whatever the sizes, an epoch takes every image exactly once."""
    order = images_of(plan(images, batch_size, epoch=epoch).pieces(0, 10_000))
    assert sorted(order.tolist()) == list(range(images))


@settings(max_examples=100, deadline=None)
@given(images=st.integers(1, 100), batch_size=st.integers(1, 30), wanted=st.integers(1, 9))
def test_pieces_make_up_the_epoch(images, batch_size, wanted):
    """Taken in pieces of any length an epoch has the same steps, in the same order, as taken at once."""
    whole = plan(images, batch_size)
    taken, rates, done = [], [], 0
    while done < whole.count:
        for steps in whole.pieces(done, wanted):
            assert 1 <= len(steps) <= wanted
            taken.append(steps)
            rates.append(steps.learning_rates)
            done += len(steps)
    assert done == whole.count == -(-images // batch_size)
    assert np.array_equal(images_of(taken), images_of(whole.pieces(0, whole.count)))
    assert np.array_equal(np.concatenate(rates), whole.learning_rates)


def test_the_smaller_last_batch_is_kept_apart():
    """A last batch that is smaller comes as a piece of its own, since a piece has one batch size."""
    shapes = [steps.indices.shape for steps in plan(70, 20).pieces(0, 100)]
    assert shapes == [(3, 20), (1, 10)]
    assert [steps.indices.shape for steps in plan(60, 20).pieces(0, 100)] == [(3, 20)]
    assert [steps.indices.shape for steps in plan(70, 20).pieces(2, 1)] == [(1, 20)]
    assert [steps.indices.shape for steps in plan(70, 20).pieces(3, 9)] == [(1, 10)]


def test_fewer_images_than_a_batch():
    """A set that is smaller than the batch size is one step with all its images."""
    (steps,) = plan(7, 64).pieces(0, 5)
    assert sorted(steps.indices.ravel().tolist()) == list(range(7))


def test_without_shuffling_images_come_in_their_order():
    """A recipe that does not shuffle takes the images from first to last in every epoch."""
    for epoch in (0, 3):
        assert images_of(plan(50, 8, epoch=epoch, shuffle=False).pieces(0, 99)).tolist() == list(range(50))


def test_shuffling_changes_with_the_epoch():
    """A recipe that shuffles takes the images in another order in every epoch."""
    orders = [images_of(plan(50, 8, epoch=epoch).pieces(0, 99)).tolist() for epoch in (0, 1, 0)]
    assert orders[0] == orders[2] != orders[1]
    assert orders[0] != list(range(50))


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_mask_factors(precision):
    """Dropout factors are 0 or 1 / (1 - rate), in the run's precision, for each layer in its own shape."""
    full, last = plan(20, 8, architecture=DROPPING, precision=precision).pieces(0, 9)
    assert {name: mask.shape for name, mask in full.masks.items()} == {
        "dropout1": (2, 8, 3, 24, 24),
        "dropout2": (2, 8, 1728),
    }
    assert last.masks["dropout2"].shape == (1, 4, 1728)
    for name, rate in (("dropout1", 0.2), ("dropout2", 0.75)):
        mask = full.masks[name]
        assert mask.dtype == precision
        assert np.unique(mask).tolist() == [0, np.dtype(precision).type(1 / (1 - rate))]
        assert mask.mean() == pytest.approx(1, abs=0.05)


def test_masks_belong_to_their_step():
    """A step's mask is the one drawn for its epoch, layer and number, whichever piece it comes in."""
    whole = plan(40, 10, architecture=DROPPING, epoch=2)
    (piece,) = whole.pieces(2, 2)
    kept = dropout_masks(0, "dropout2", 2, range(2, 4), (10, 1728), 0.75)
    assert np.array_equal(piece.masks["dropout2"] > 0, kept)


def test_whole_channels_are_dropped():
    """The mask of a dropout of channels has one factor for each channel of each image."""
    network = Architecture("channels", (Convolution(50, 5), ChannelDropout(0.2), Flatten(), Linear(10)))
    mask = plan(40, 10, architecture=network).steps(0, 4).masks["channel_dropout1"]
    assert mask.shape == (4, 10, 50, 1, 1)
    assert np.unique(mask).tolist() == [0, np.float32(1.25)]
    assert mask.mean() == pytest.approx(1, abs=0.05)


def test_pieces_fit_into_memory():
    """The largest piece keeps its masks within the memory set aside, and is at least one step."""
    alexnet = plan(60_000, 64, architecture=ARCHITECTURES["alexnet"])
    bytes_per_step = 64 * (9216 + 4096) * 4
    assert 0 < alexnet.largest_piece() * bytes_per_step <= MASK_BYTES
    assert plan(60_000, 60_000, architecture=DROPPING).largest_piece() == 1
    assert plan(60_000, 64).largest_piece() >= 938


def test_learning_rates_follow_the_steps():
    """Each step carries the learning rate of its place in the whole run, not in the epoch."""
    recipe = Recipe(batch_size=10, epochs=5)
    recipe = recipe.changed(schedule="cosine")
    rates = [EpochPlan(LINEAR, recipe, 0, epoch, 45).learning_rates for epoch in range(5)]
    assert [len(epoch) for epoch in rates] == [5] * 5
    assert (np.diff(np.concatenate(rates)) < 0).all()
