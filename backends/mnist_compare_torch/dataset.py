"""Brings a torchvision data set into the shared form."""

from typing import Any

import numpy as np

from mnist_compare.data import Dataset


def dataset(train: Any, test: Any, source: str = "torchvision") -> Dataset:
    """The Dataset of two `torchvision.datasets.MNIST` objects (or FashionMNIST, CIFAR10 and the like).

    Their `data` uint8 [N, H, W] or [N, H, W, C] and `targets` [N] are taken, and their `classes` where those have
    names; transforms are left out, since normalization is part of the recipe.
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
    """The names of the classes; none where they are numbers, as in "7 - seven", or fewer than the labels."""
    names = list(map(str, getattr(part, "classes", ())))
    numbered = all(name.startswith(str(label)) for label, name in enumerate(names))
    fitting = len(names) > int(np.max(np.asarray(part.targets), initial=0))
    return names if fitting and not numbered else []
