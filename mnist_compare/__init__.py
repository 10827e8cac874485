"""Trains the same networks on the same MNIST data in PyTorch, Keras and PaddlePaddle, and compares them fairly.

`compare` runs a comparison and gives its records; the command line does the same. Importing this package
imports no framework, and little else: its names are loaded when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mnist_compare.architecture import (
        Architecture,
        BatchNorm,
        Convolution,
        Dropout,
        Flatten,
        Linear,
        MaxPooling,
        ReLU,
    )
    from mnist_compare.data import Dataset, load_dataset, subset
    from mnist_compare.errors import MnistCompareError
    from mnist_compare.experiment import Experiment
    from mnist_compare.library import compare
    from mnist_compare.recipe import SGD, Adam, AdamW, Recipe
    from mnist_compare.runner.comparison import Comparison, open_comparison
    from mnist_compare.schedule import Constant, Cosine, OneCycle, Step

__version__ = "0.1.0"

_HOMES = {
    "mnist_compare.architecture": (
        "Architecture",
        "BatchNorm",
        "Convolution",
        "Dropout",
        "Flatten",
        "Linear",
        "MaxPooling",
        "ReLU",
    ),
    "mnist_compare.data": ("Dataset", "load_dataset", "subset"),
    "mnist_compare.errors": ("MnistCompareError",),
    "mnist_compare.experiment": ("Experiment",),
    "mnist_compare.library": ("compare",),
    "mnist_compare.recipe": ("SGD", "Adam", "AdamW", "Recipe"),
    "mnist_compare.runner.comparison": ("Comparison", "open_comparison"),
    "mnist_compare.schedule": ("Constant", "Cosine", "OneCycle", "Step"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Architecture",
    "BatchNorm",
    "Comparison",
    "Constant",
    "Convolution",
    "Cosine",
    "Dataset",
    "Dropout",
    "Experiment",
    "Flatten",
    "Linear",
    "MaxPooling",
    "MnistCompareError",
    "OneCycle",
    "ReLU",
    "Recipe",
    "Step",
    "__version__",
    "compare",
    "load_dataset",
    "open_comparison",
    "subset",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
