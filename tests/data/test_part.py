"""Parts of data sets whose changed images would not fit into memory as a whole."""

import numpy as np
import pytest

from mnist_compare import DataError, Dataset, ImageChanges, Recipe, UsageError, subset
from mnist_compare.data.part import load_changed
from mnist_compare.runner.data_spec import open_data
from mnist_compare.runner.requested_images import RequestedImages

LARGE = ImageChanges(resize=(108, 108), rgb=True)


@pytest.mark.parametrize(
    ("asked", "split"),
    [({}, 0.0), ({"validation": 30}, 0.0), ({}, 0.1), ({"held_out": 0.2}, 0.0), ({"held_out": 40, "seed": 7}, 0.25)],
    ids=["sizes", "validation", "share", "held_out", "held_out_and_share"],
)
def test_a_part_is_taken_before_images_are_enlarged(asked, split):
    """60,000 images of 3x108x108 would take 2.1 GB; the 200 that are asked for can be had, and what a record says of
    them finds them again, with images for validation, or held out, too.
    """
    images = RequestedImages("mnist", train_size=200, test_size=50, changes=LARGE, **asked)
    spec = images.of(Recipe(validation_split=split))
    used = images.datasets[spec]
    assert spec.warnings == ()
    assert used.image_shape == (3, 108, 108)
    assert used.count("train") + used.count("validation") + (used.count("test") if "held_out" in asked else 0) == (
        200 + asked.get("validation", 0)
    )
    found = open_data(spec)
    for part in ("train", "test", "validation"):
        assert np.array_equal(getattr(found, f"{part}_images"), getattr(used, f"{part}_images"))
        assert np.array_equal(getattr(found, f"{part}_labels"), getattr(used, f"{part}_labels"))


def test_the_part_is_that_of_subset(mnist):
    """The images are those of `subset`, changed, and what was said of the whole set is said of them."""
    told = mnist.described(notes=("Read backwards.",))
    found = load_changed(told, LARGE, train_size=200, test_size=50, seed=3)
    same = subset(mnist, train_size=200, test_size=50, seed=3).changed(LARGE)
    assert np.array_equal(found.train_images, same.train_images)
    assert found.fingerprint == same.fingerprint
    assert found.notes == ("Read backwards.", *same.notes)


def test_validation_images_of_a_set_are_all_kept():
    """A set that brings validation images keeps them beside the part of its training images."""
    images = np.random.default_rng(1).integers(0, 256, (200_000, 4, 4)).astype(np.uint8)
    labels = (np.arange(200_000) % 10).astype(np.uint8)
    whole = Dataset("own", images, labels, images[:20], labels[:20], images[20:50], labels[20:50])
    asked = {"train_size": 40, "test_size": 20, "changes": ImageChanges(resize=(102, 102))}
    requested = RequestedImages(whole, **asked)
    spec = requested.of(Recipe())
    assert (spec.train_size, spec.validation_size, spec.test_size) == (40, 30, 20)
    with pytest.raises(UsageError, match="validation images already"):
        RequestedImages(whole, **asked, validation=6).of(Recipe())


def test_too_many_images_are_told_with_the_number_that_fits(mnist):
    """Where no size is asked for, or one that is still too large, the error says how many images there may be."""
    with pytest.raises(DataError, match=r"60,000 images .* fewer pixels; 57,155 of them would fit\."):
        load_changed(mnist, LARGE)
    with pytest.raises(DataError, match=r"58,000 images .* 57,155 of them would fit\."):
        load_changed(mnist, LARGE, train_size=58_000)
    with pytest.raises(DataError, match=r"10,000 images .* 1,907 of them would fit\."):
        load_changed(mnist, ImageChanges(resize=(1024, 1024)), train_size=10)


def test_images_that_are_tested_in_the_end_must_fit_before_the_trials():
    """Trials need no test image, but the best setting is tested: where those images would not fit, no trial begins."""
    large = ImageChanges(resize=(280, 280), rgb=True)
    with pytest.raises(DataError, match=r"10,000 images of 3x280x280 .* 8,503 of them would fit\."):
        RequestedImages("mnist", train_size=100, changes=large, held_out=0.2).of(Recipe())
