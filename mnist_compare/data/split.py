"""Parts of a data set: fewer images, or some of the training images for validation. Stratified and seeded."""

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.dataset import Dataset
from mnist_compare.errors import UsageError
from mnist_compare.io.options import check_arguments, check_seed
from mnist_compare.randomness import permutation

Indices = NDArray[np.int64]


def subset(
    dataset: Dataset,
    *,
    train_size: int | None = None,
    test_size: int | None = None,
    validation: int | None = None,
    validation_split: float = 0.0,
    seed: int = 0,
) -> Dataset:
    """A part of `dataset` with every class as frequent as in the whole, in the original order of the images.

    `validation` training images are set apart first, then `train_size` are taken out of the rest, and `test_size`
    out of the test images; None takes all. The totals are exact. Raises UsageError for sizes that are not there.

    Where `validation` is None, `validation_split`, from 0 to below 1, is the share of `train_size`, or of all training
    images, that is set apart. A data set that has validation images already keeps those.

    >>> subset(load_dataset("mnist"), train_size=1000, test_size=200, validation=100)
    <Dataset mnist: 1,000 training, 100 validation and 200 test images>
    """
    check_arguments(
        subset,
        dataset=dataset,
        train_size=train_size,
        test_size=test_size,
        validation=validation,
        validation_split=validation_split,
        seed=seed,
    )
    if validation is None:
        validation = _shared_out(dataset, train_size, validation_split)
        train_size = train_size and train_size - validation
    if train_size is None and test_size is None and validation == 0:
        return dataset
    check_seed(seed, "The subset's seed")
    train = np.arange(len(dataset.train_labels), dtype=np.int64)
    held_out = train[:0]
    if validation != 0:
        _check_validation(dataset, validation)
        held_out = stratified(dataset.train_labels, validation, seed, "validation")
        train = np.setdiff1d(train, held_out, assume_unique=True)
    if train_size is not None:
        _check_size("train_size", train_size, len(train), "training images left" if validation else "training images")
        train = train[stratified(dataset.train_labels[train], train_size, seed, "subset train")]
    test = np.arange(len(dataset.test_labels), dtype=np.int64)
    if test_size is not None:
        _check_size("test_size", test_size, len(test), "test images")
        test = stratified(dataset.test_labels, test_size, seed, "subset test")
    return _take(dataset, train, test, held_out)


def stratified(labels: NDArray[np.integer], size: int, seed: int, purpose: str) -> Indices:
    """Indices of `size` labels, int64 [size], ascending, with every class as frequent as in `labels` [N]."""
    order = permutation(seed, purpose, size=len(labels))
    shuffled = labels[order]
    shares = proportional_shares(np.bincount(labels), size)
    taken = [order[shuffled == label][:share] for label, share in enumerate(shares)]
    return np.sort(np.concatenate(taken))


def proportional_shares(counts: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """`size` divided in proportion to `counts`, by the method of the largest remainder.

    No share is above its count where `size` is at most their sum. Of equal remainders the first one wins.
    """
    total = int(counts.sum())
    shares, remainders = np.divmod(counts * size, total)
    largest = np.argsort(-remainders, kind="stable")[: size - int(shares.sum())]
    shares[largest] += 1
    return shares


def _shared_out(dataset: Dataset, train_size: int | None, validation_split: float) -> int:
    """How many of `train_size` training images, or of all, are that share of them; at least one stays for training."""
    if not 0 <= validation_split < 1:
        raise UsageError(f"validation_split must be at least 0 and below 1 (it is {validation_split}).")
    if not validation_split or dataset.count("validation"):
        return 0
    available = len(dataset.train_labels)
    if train_size is not None:
        _check_size("train_size", train_size, available, "training images")
    total = available if train_size is None else train_size
    return min(round(total * validation_split), total - 1)


def _take(dataset: Dataset, train: Indices, test: Indices, held_out: Indices) -> Dataset:
    images, labels = dataset.validation_images, dataset.validation_labels
    if held_out.size:
        images, labels = dataset.train_images[held_out], dataset.train_labels[held_out]
    return Dataset(
        dataset.source,
        dataset.train_images[train],
        dataset.train_labels[train],
        dataset.test_images[test],
        dataset.test_labels[test],
        images,
        labels,
        dataset.classes,
        dataset.class_count,
        changes=dataset.changes,
    )


def _check_validation(dataset: Dataset, validation: int) -> None:
    if dataset.count("validation"):
        raise UsageError(
            f"validation is {validation:,}, but the data set has {dataset.count('validation'):,} validation images "
            "already. Take them off the whole set, or give 0."
        )
    available = len(dataset.train_labels) - 1
    if not 1 <= validation <= available:
        raise UsageError(
            f"validation is {validation:,}, where 0 to {available:,} are valid: of the {available + 1:,} training "
            "images at least one stays for training."
        )


def _check_size(name: str, size: int, available: int, what: str) -> None:
    if not 1 <= size <= available:
        raise UsageError(f"{name} is {size:,}, where 1 to {available:,} are valid: that many {what} there are.")
