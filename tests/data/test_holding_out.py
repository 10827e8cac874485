"""Training images in the place of the test images, for trials that are not judged on the test images."""

import msgspec
import numpy as np
import pytest

from mnist_compare.data import subset
from mnist_compare.data.holding_out import hold_out
from mnist_compare.errors import UsageError
from mnist_compare.recipe import Recipe
from mnist_compare.runner.data_spec import describe_data, open_data
from mnist_compare.runner.requested_images import RequestedImages


def together(*parts):
    """The images of several parts in one order."""
    return np.sort(np.concatenate(parts).reshape(sum(map(len, parts)), -1).view(np.uint8), axis=0)


def test_trials_and_held_out_images_are_the_training_images(small):
    """No image is lost or in both parts, no test image is seen, and every class is as frequent as before."""
    found = hold_out(small, 0.25, seed=3)
    assert np.array_equal(together(found.train_images, found.test_images), together(small.train_images))
    counts, before = (np.bincount(labels, minlength=10) for labels in (found.test_labels, small.train_labels))
    assert np.abs(counts - before / 4).max() <= 1
    assert not np.array_equal(hold_out(small, 0.25, seed=4).test_images, found.test_images)


@pytest.mark.parametrize("size", [0, -1, 1.5, 10**9, float("nan"), float("inf"), 0.00001, 0.99999])
def test_a_size_that_cannot_be(small, size):
    """Where nothing is held out, or nothing is left, the error says what can be given."""
    with pytest.raises(UsageError, match=r"hold_out is .* give a share above 0 and below 1"):
        hold_out(small, size, seed=0)


@pytest.mark.parametrize("options", [{}, {"train_size": 150}, {"train_size": 150, "validation": 20, "seed": 5}])
def test_the_images_of_a_record_are_found_again(mnist, options):
    """What all recipes are judged on is the same, whatever they set apart; a record is enough to make it again."""
    whole = subset(mnist, train_size=300, test_size=50)
    images = RequestedImages(whole, **options, held_out=0.2, test_size=10)
    specs = [images.of(Recipe(validation_split=split)) for split in (0.0, 0.1)]
    judged = [images.datasets[spec].test_images for spec in specs]
    assert np.array_equal(*judged)
    for spec in specs:
        found, wanted = open_from(whole, spec), images.datasets[spec]
        for part in ("train", "validation", "test"):
            assert np.array_equal(getattr(found, f"{part}_images"), getattr(wanted, f"{part}_images")), part


def open_from(whole, spec):
    """What `open_data` gives where the record's source holds this data set."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("mnist_compare.data.part.load_dataset", lambda *_: whole)
        return open_data(spec)


def test_a_spec_that_is_judged_on_the_test_images_is_as_before(small):
    """What it is judged on is left out of JSON there, so that older records have the same hashes."""
    spec = describe_data(small, small)
    assert b"judged_on" not in msgspec.json.encode(spec)
    held = describe_data(small, hold_out(small, 0.5, 0), judged_on="validation")
    assert msgspec.json.decode(msgspec.json.encode(held), type=type(spec)) == held
