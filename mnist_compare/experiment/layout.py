"""How a framework keeps the arrays of a network: under which names, and with their values in which order."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import Layer, Shape, ShapedLayer, walk

Array = NDArray[Any]
Change = Callable[[Array], Array]


def _as_it_is(array: Array) -> Array:
    return array


class Kept(msgspec.Struct, frozen=True):
    """How a framework keeps an array of a layer.

    `name` is the framework's, in its own layer; `theirs` makes the framework's array of the canonical one, and `ours`
    the canonical array of that.

    >>> Kept("gamma").theirs(np.ones(3)).shape
    (3,)
    """

    name: str
    theirs: Change = _as_it_is
    ours: Change = _as_it_is


def moved(name: str, axes: tuple[int, ...]) -> Kept:
    """Kept with the canonical axes in another order.

    >>> moved("kernel", (2, 3, 1, 0)).theirs(np.ones((8, 1, 3, 5))).shape
    (3, 5, 1, 8)
    """
    back = tuple(map(int, np.argsort(axes)))
    return Kept(name, lambda array: array.transpose(axes), lambda array: array.transpose(back))


def reshaped(name: str, theirs: Shape, ours: Shape) -> Kept:
    """Kept with the same values in the same order, in another shape than the canonical one.

    >>> reshaped("weight", (24,), (2, 3, 4)).ours(np.ones(24)).shape
    (2, 3, 4)
    """
    return Kept(name, lambda array: array.reshape(theirs), lambda array: array.reshape(ours))


KeptArrays = Callable[[Layer, ShapedLayer], Mapping[str, Kept]]
"""What a framework says of a layer: canonical names -> how it keeps these arrays; others are kept as they are."""


def canonical(layer: Layer, shaped: ShapedLayer) -> Mapping[str, Kept]:
    """Of a framework that keeps all arrays as they are, under the canonical names."""
    return {}


class Layout:
    """The way between the canonical arrays of some layers, `<layer>.<array>`, and those of a framework."""

    def __init__(self, layers: Iterable[ShapedLayer], kept_arrays: KeptArrays = canonical) -> None:
        self._kept: dict[str, Kept] = {}
        self._layers: dict[str, str] = {}
        for shaped in walk(layers):
            others = kept_arrays(shaped.layer, shaped)
            for parameter in shaped.parameters | shaped.statistics:
                key = parameter.removeprefix(f"{shaped.name}.")
                self._kept[parameter], self._layers[parameter] = others.get(key) or Kept(key), shaped.name

    def place(self, parameter: str) -> tuple[str, str]:
        """The name of the layer, and the framework's name for the array in it."""
        return self._layers[parameter], self._kept[parameter].name

    def name(self, parameter: str) -> str:
        """The framework's name for the array: its place, joined."""
        return ".".join(self.place(parameter))

    def theirs(self, parameter: str, array: Array) -> Array:
        """The array of a parameter, or of a slot of it, as the framework keeps it: a view where that can be."""
        return self._kept[parameter].theirs(array)

    def ours(self, parameter: str, array: Array) -> Array:
        """The other way round."""
        return self._kept[parameter].ours(array)

    def shape(self, parameter: str, shape: Shape) -> Shape:
        """The framework's shape of a parameter of this canonical shape."""
        return self.theirs(parameter, np.broadcast_to(np.float32(0), shape)).shape
