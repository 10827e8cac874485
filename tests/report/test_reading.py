"""What the words of a report mean, as its runs were measured."""

import pytest
from msgspec.structs import replace
from synthetic_records import make_record

from mnist_compare.report.reading import reading


def measured(*kinds):
    """What is said of training images, where runs were measured in these ways."""
    record = make_record()
    records = [replace(record, spec=replace(record.spec, train_metrics=kind)) for kind in kinds]
    return {term: text for term, text in reading(records) if term.startswith("Training")}


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("sample", "in curves on a fixed sample of them, 10,000 at most"),
        ("full", "on all of them with the weights that an epoch leaves"),
        ("running", "the mean over its steps, while the weights change; the accuracy is not measured"),
        ("off", "are not measured"),
    ],
)
def test_it_says_how_training_images_were_measured(kind, words):
    """A sample is not called all images, nor a running mean the loss of the weights that an epoch leaves."""
    assert words in measured(kind)["Training loss and accuracy"]


def test_each_of_several_ways_is_told():
    """Runs that were measured in other ways have a sentence each."""
    assert set(measured("sample", "off")) == {"Training loss and accuracy (sample)", "Training loss and accuracy (off)"}
