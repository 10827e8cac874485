"""Files in which a framework keeps a model of its own: how one is written, and how the framework computes from it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import Shape

Fresh = Callable[[], Any]
"""Gives an untrained experiment of the network, which takes weights that stand alone in a file."""


class ModelFile(NamedTuple):
    """One kind of file.

    `suffix` is what its name ends in; `title` says what is in it, and `loader` is the Python that loads it, where
    {file} stands for its name. `save` writes the framework's model, which takes one image of a shape [C, H, W] or many.
    `compute` gives the outputs for images float [N, C, H, W], as the framework computes them from the file. `load`
    gives what the framework keeps of a model there, and executes nothing that the file brings; None where a file is not
    taken back.
    """

    suffix: str
    title: str
    loader: str
    save: Callable[[Any, Shape, Path], None]
    compute: Callable[[Path, NDArray[np.floating], Fresh], NDArray[np.floating]]
    load: Callable[[Path], Any] | None = None
