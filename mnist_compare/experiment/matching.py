"""Which of the arrays that someone else has named is which of a network."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from mnist_compare.architecture import Architecture, Shape


class Match(NamedTuple):
    """An array of another program's, by its name there, and what it is here; `shape` is the one that it has there."""

    theirs: str
    ours: str
    shape: Shape


def match_arrays(wanted: Mapping[str, Shape], found: Mapping[str, Any]) -> list[Match] | None:
    """The arrays of `found` that are those of `wanted`: by name where all names are there, else one by one in their
    order, where there are as many, of the same shapes. None where neither is so.

    >>> match_arrays({"linear1.weight": (10, 784)}, {"fc.weight": np.zeros((10, 784))})
    [Match(theirs='fc.weight', ours='linear1.weight', shape=(10, 784))]
    """
    shapes = {name: tuple(getattr(array, "shape", ())) for name, array in found.items()}
    if all(shapes.get(name) == tuple(shape) for name, shape in wanted.items()):
        return [Match(name, name, shapes[name]) for name in wanted]
    if list(shapes.values()) == [tuple(shape) for shape in wanted.values()]:
        return [Match(*names, shapes[names[0]]) for names in zip(shapes, wanted, strict=True)]
    return None


def arrays_by_layer(network: Architecture) -> dict[str, Shape]:
    """The shapes of all arrays of a network, layer by layer: what is trained of a layer, then what it keeps."""
    return {
        name: shape for shaped in network.all_layers for name, shape in (shaped.parameters | shaped.statistics).items()
    }
