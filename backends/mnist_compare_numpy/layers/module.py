"""What every layer in plain NumPy is, and layers one after the other."""

from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Module:
    """A layer with its arrays. `factors` are the dropout factors of the current batch, `parts` the layers it holds."""

    parts: tuple["Sequence", ...] = ()

    def __init__(self) -> None:
        self.arrays: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}
        self.factors: Array | None = None

    def forward(self, x: Array, training: bool) -> Array:
        raise NotImplementedError

    def backward(self, gradient: Array) -> Array:
        raise NotImplementedError

    def rounded(self, x: Array) -> Array:
        """What an operation within the layer has made, as it is; the noisy copies round it otherwise."""
        return x

    def total(self, x: Array, axes: tuple[int, ...]) -> Array:
        """The sum over these axes. What is summed lies in one row, for NumPy adds pairs only there: values that are
        added one after the other lose digits.
        """
        kept = [axis for axis in range(x.ndim) if axis not in axes]
        rows = np.ascontiguousarray(x.transpose(*kept, *axes)).reshape(*(x.shape[axis] for axis in kept), -1)
        return np.asarray(rows.sum(axis=-1))


class Sequence:
    """Modules one after the other, by the names of their layers."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self.modules = modules

    @property
    def all_modules(self) -> dict[str, Module]:
        """These and those that they hold."""
        found: dict[str, Module] = {}
        for name, module in self.modules.items():
            found[name] = module
            for part in module.parts:
                found |= part.all_modules
        return found

    def forward(self, x: Array, training: bool) -> Array:
        return reduce(lambda values, module: module.forward(values, training), self.modules.values(), x)

    def backward(self, gradient: Array) -> Array:
        modules = list(self.modules.values())
        return reduce(lambda values, module: module.backward(values), reversed(modules), gradient)
