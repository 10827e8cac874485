"""Brings a torchvision data set into the shared form."""

from typing import Any

import numpy as np

from mnist_compare.data import Dataset
from mnist_compare.recipe.recipe import CLASSES


def dataset(train: Any, test: Any, source: str = "torchvision") -> Dataset:
    """The Dataset of two `torchvision.datasets.MNIST` objects (or FashionMNIST and the like).

    Their `data` uint8 [N, 28, 28] and `targets` int64 [N] are taken, and their `classes` where those have names;
    transforms are left out, since normalization is part of the recipe.
    """
    return Dataset.from_arrays(
        np.asarray(train.data),
        np.asarray(train.targets),
        np.asarray(test.data),
        np.asarray(test.targets),
        source=source,
        classes=_names(train),
    )


def _names(part: Any) -> list[str]:
    """The names of ten classes; none where they are numbers, as in "7 - seven"."""
    names = list(map(str, getattr(part, "classes", ())))
    numbered = all(name.startswith(str(label)) for label, name in enumerate(names))
    return names if len(names) == CLASSES and not numbered else []
