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
    the canonical array of that. Where the framework keeps several arrays as one, they have the same name, and `part` is
    which of how many equal parts along the first axis each of them is: (2, 3) is the last of three.

    >>> Kept("gamma").theirs(np.ones(3)).shape
    (3,)
    """

    name: str
    theirs: Change = _as_it_is
    ours: Change = _as_it_is
    part: tuple[int, int] = (0, 1)


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
        """The array of a parameter, or of a slot of it, as the framework keeps it: a view where that can be.

        Of an array that is kept with others, it is the part.
        """
        return self._kept[parameter].theirs(array)

    def joined(self, arrays: Mapping[str, Array]) -> dict[str, Array]:
        """The framework's arrays by its names: of parameters, or of slots of one kind."""
        parts: dict[str, dict[int, Array]] = {}
        for parameter, array in arrays.items():
            parts.setdefault(self.name(parameter), {})[self._kept[parameter].part[0]] = self.theirs(parameter, array)
        return {
            name: np.concatenate([found[i] for i in sorted(found)]) if len(found) > 1 else found[0]
            for name, found in parts.items()
        }

    def ours(self, parameter: str, array: Array) -> Array:
        """The other way round, of the framework's whole array."""
        kept = self._kept[parameter]
        number, count = kept.part
        if count > 1:
            size = len(array) // count
            array = array[number * size : (number + 1) * size]
        return kept.ours(array)

    def shape(self, parameter: str, shape: Shape) -> Shape:
        """The framework's shape of what holds a parameter of this canonical shape."""
        found = self.theirs(parameter, np.broadcast_to(np.float32(0), shape)).shape
        count = self._kept[parameter].part[1]
        return found if count == 1 else (count * found[0], *found[1:])
