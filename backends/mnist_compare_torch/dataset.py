"""Brings a torchvision data set into the shared form."""

from typing import Any

import numpy as np

from mnist_compare.data import Dataset


def dataset(train: Any, test: Any, source: str = "torchvision") -> Dataset:
    """The Dataset of two `torchvision.datasets.MNIST` objects (or FashionMNIST and the like).

    Their `data` uint8 [N, 28, 28] and `targets` int64 [N] are taken; transforms are left out, since
    normalization is part of the recipe.
    """
    return Dataset.from_arrays(
        np.asarray(train.data),
        np.asarray(train.targets),
        np.asarray(test.data),
        np.asarray(test.targets),
        source=source,
    )
