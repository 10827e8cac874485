"""Brings the arrays of `keras.datasets.mnist.load_data()` into the shared form."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from mnist_compare.data import Dataset

ImagesAndLabels = tuple[NDArray[Any], NDArray[Any]]


def dataset(
    train: ImagesAndLabels, test: ImagesAndLabels, source: str = "keras", classes: Sequence[str] = ()
) -> Dataset:
    """The Dataset of (x_train, y_train) and (x_test, y_test): images uint8 [N, H, W] or [N, H, W, C],
    labels [N] or [N, 1].

    Arrays have no names of classes, so these can be given.
    """
    (x_train, y_train), (x_test, y_test) = train, test
    return Dataset.from_arrays(x_train, y_train, x_test, y_test, source=source, classes=classes)
