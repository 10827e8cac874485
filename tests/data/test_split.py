import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from idx_files import small_dataset

from mnist_compare.data import Dataset, subset
from mnist_compare.data.split import proportional_shares, stratified
from mnist_compare.errors import UsageError


def numbered(train=600, test=100):
    """A data set whose images carry their own number, so that they can be traced."""
    images = np.zeros((train + test, 28, 28), dtype=np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.divmod(np.arange(train + test), 256)
    labels = np.random.default_rng(3).integers(0, 10, train + test).astype(np.uint8)
    return Dataset("numbered", images[:train], labels[:train], images[train:], labels[train:])


def numbers(images):
    return (images[:, 0, 0, 0].astype(int) * 256 + images[:, 0, 0, 1]).tolist()


def test_nothing_asked_for_is_the_same_set():
    """Without sizes the very same data set comes back."""
    dataset = small_dataset()
    assert subset(dataset, train_size=None, test_size=None) is dataset


@pytest.mark.parametrize(("train", "test"), [(1, 1), (7, 3), (599, 99), (600, 100), (None, 10), (10, None)])
def test_sizes_are_exact(train, test):
    """Exactly the sizes that were asked for come out, and None takes all."""
    part = subset(numbered(), train_size=train, test_size=test)
    assert len(part.train_images) == len(part.train_labels) == (train or 600)
    assert len(part.test_images) == len(part.test_labels) == (test or 100)


def test_digits_are_as_frequent_as_in_the_whole(mnist):
    """In every part of MNIST each digit has its share of the whole, to within one image."""
    part = subset(mnist, train_size=6000, test_size=1000, validation=10_000)
    for labels, size, whole in (
        (part.train_labels, 6000, mnist.train_labels),
        (part.validation_labels, 10_000, mnist.train_labels),
        (part.test_labels, 1000, mnist.test_labels),
    ):
        share = np.bincount(whole, minlength=10) * size / len(whole)
        assert np.abs(np.bincount(labels, minlength=10) - share).max() < 1
    assert part.source == "mnist"


def test_images_keep_their_labels_and_their_order():
    """The images that are picked stay in their original order, each with its own label, drawn from its own part."""
    dataset = numbered()
    part = subset(dataset, train_size=200, test_size=50, validation=100)
    whole = np.concatenate([dataset.train_labels, dataset.test_labels])
    for name in ("train", "test", "validation"):
        found = numbers(getattr(part, f"{name}_images"))
        assert all(one < other for one, other in pairwise(found))
        assert np.array_equal(whole[found], getattr(part, f"{name}_labels"))
        assert (min(found) >= 600) == (name == "test")


def test_validation_is_disjoint_from_training():
    """Validation images are taken off the training set, and nothing is lost."""
    part = subset(numbered(), validation=150)
    train, validation = numbers(part.train_images), numbers(part.validation_images)
    assert len(validation) == 150
    assert sorted(train + validation) == list(range(600))


def test_validation_does_not_depend_on_the_training_size():
    """The validation images are chosen first, so runs of different training sizes are judged on the same ones."""
    parts = [subset(numbered(), train_size=size, validation=100) for size in (10, 300, None)]
    assert len({tuple(numbers(part.validation_images)) for part in parts}) == 1
    assert all(set(numbers(part.train_images)).isdisjoint(numbers(part.validation_images)) for part in parts)


def test_the_seed_decides():
    """The same seed gives the same images, another seed others."""
    first, again, other = (subset(numbered(), train_size=100, test_size=20, seed=seed) for seed in (5, 5, 6))
    assert first.fingerprint == again.fingerprint
    assert numbers(first.train_images) != numbers(other.train_images)
    assert numbers(first.test_images) != numbers(other.test_images)


def test_choice_never_changes():
    """The choice for a seed is fixed, so records of different versions can be compared."""
    labels = (np.arange(100) % 10).astype(np.uint8)
    assert stratified(labels, 5, 0, "subset train").tolist() == [43, 50, 54, 61, 92]


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"train_size": 0}, "train_size is 0, where 1 to 600"),
        ({"train_size": 601}, "train_size is 601, where 1 to 600"),
        ({"train_size": 501, "validation": 100}, "train_size is 501, where 1 to 500 .* images left"),
        ({"test_size": 0}, "test_size is 0, where 1 to 100"),
        ({"test_size": -5}, "test_size is -5, where 1 to 100"),
        ({"test_size": 101}, "test_size is 101, where 1 to 100"),
        ({"validation": -1}, "validation is -1, where 0 to 599"),
        ({"validation": 600}, "validation is 600, where 0 to 599"),
        ({"test_size": 5, "seed": -1}, "seed must be from 0 to 2\\^63 - 1 .it is -1"),
        ({"test_size": 5, "seed": 2**63}, "seed must be from 0 to 2\\^63 - 1 .it is 9223372036854775808"),
    ],
)
def test_impossible_sizes(sizes, message):
    """Sizes that are not there are a UsageError with the numbers."""
    with pytest.raises(UsageError, match=message):
        subset(numbered(), **sizes)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"train_size": "x"}, "train_size must be a whole number or None (it is 'x')."),
        ({"train_size": 1.5}, "train_size must be a whole number or None (it is 1.5)."),
        ({"test_size": 5, "seed": "x"}, "seed must be a whole number (it is 'x')."),
        ({"dataset": None}, "dataset must be a value of Dataset (it is None)."),
    ],
)
def test_values_of_other_types(mnist, options, told):
    """They are named with what is valid; numbers of NumPy are taken."""
    with pytest.raises(UsageError, match=f"^{re.escape(told)}$"):
        subset(**{"dataset": mnist} | options)
    assert subset(mnist, train_size=np.int64(100), seed=np.uint8(3)).count("train") == 100


def test_a_share_of_the_training_images_is_for_validation():
    """A share is of what is asked for, and is the split of so many images; a number, none too, takes its place."""
    whole = subset(numbered(), validation_split=0.1)
    assert numbers(whole.validation_images) == numbers(subset(numbered(), validation=60).validation_images)
    part = subset(numbered(), train_size=200, validation_split=0.1)
    assert (len(part.train_labels), len(part.validation_labels)) == (180, 20)
    assert set(numbers(part.train_images)).isdisjoint(numbers(part.validation_images))
    sizes = [len(subset(numbered(), validation=n, validation_split=0.1).validation_labels) for n in (0, 7)]
    assert sizes == [0, 7]
    assert subset(whole, validation_split=0.5) is whole
    assert len(subset(numbered(), train_size=3, validation_split=0.99).train_labels) == 1
    for size in (0, 601):
        with pytest.raises(UsageError, match=f"train_size is {size}, where 1 to 600"):
            subset(numbered(), train_size=size, validation_split=0.1)


def test_a_second_validation_split_is_refused():
    """A set that has validation images keeps them when it is made smaller, and takes no second split."""
    once = subset(numbered(), validation=100)
    assert numbers(subset(once, train_size=50).validation_images) == numbers(once.validation_images)
    with pytest.raises(UsageError, match="has 100 validation images already"):
        subset(once, validation=10)


def test_a_digit_that_is_absent():
    """A set without some digits can be split."""
    dataset = numbered()
    few = dataset.train_labels < 3
    train = (dataset.train_images[few], dataset.train_labels[few])
    part = subset(Dataset("few", *train, dataset.test_images, dataset.test_labels), train_size=9)
    assert set(part.train_labels.tolist()) == {0, 1, 2}


@settings(max_examples=200, deadline=None)
@given(counts=st.lists(st.integers(0, 7000), min_size=10, max_size=10).filter(any), data=st.data())
def test_shares_are_proportional(counts, data):
    """Shares add up to the size, differ from the exact proportion by less than one, and never exceed the counts."""
    size = data.draw(st.integers(0, sum(counts)))
    shares = proportional_shares(np.array(counts), size)
    assert shares.sum() == size
    assert np.abs(shares - np.array(counts) * size / sum(counts)).max() < 1
    assert (shares <= counts).all()
