"""Brings a Paddle data set into the shared form."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data import Dataset
from mnist_compare.data.classes import FASHION_MNIST


def dataset(train: Any, test: Any, source: str = "paddle") -> Dataset:
    """The Dataset of two `paddle.vision.datasets.MNIST` objects (or FashionMNIST).

    Their `images` (one row of 784 pixels each, 0 to 255) and `labels` are taken; transforms are left out,
    since normalization is part of the recipe. The classes of FashionMNIST get their names.
    """
    names = FASHION_MNIST if type(train).__name__ == "FashionMNIST" else ()
    return Dataset.from_arrays(*_arrays(train), *_arrays(test), source=source, classes=names)


def _arrays(part: Any) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    pixels = np.asarray(part.images)
    # Paddle reads the bytes as float32 with whole values; anything else is no MNIST-like set and is refused later.
    whole = pixels.astype(np.uint8)
    images = whole if np.array_equal(whole, pixels) else pixels
    return images.reshape(-1, 28, 28), np.asarray(part.labels).reshape(-1)
