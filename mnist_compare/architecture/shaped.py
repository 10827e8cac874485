"""Layers in their network: with names and shapes, and with those that they hold."""

from collections.abc import Callable, Iterable, Iterator
from math import prod

import msgspec
from msgspec.structs import replace

from mnist_compare.architecture.layers import Layer, Shape


class ShapedLayer(msgspec.Struct, frozen=True):
    """A layer in its network: its name, and the shapes of one sample before and after it.

    The names of layers within others are paths, `residual2.shortcut.conv1`. `parts` are the layers that it holds, part
    by part: each part gets the layer's input. Arrays and counts are the layer's own, without those that it holds.
    """

    name: str
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    parts: tuple[tuple["ShapedLayer", ...], ...] = ()

    @property
    def own_name(self) -> str:
        """The last part of its name, which no other layer beside it has."""
        return self.name.rpartition(".")[2]

    @property
    def parameters(self) -> dict[str, Shape]:
        """Trained arrays: `<layer>.<array>` -> shape in the canonical layout."""
        return {f"{self.name}.{key}": shape for key, shape in self.layer.parameters(self.input_shape).items()}

    @property
    def parameter_count(self) -> int:
        """Number of trained values."""
        return sum(prod(shape) for shape in self.parameters.values())

    @property
    def multiplications(self) -> int:
        """Of numbers with a weight of a convolution or a linear layer, for one image."""
        return self.layer.multiplications(self.input_shape)

    @property
    def statistics(self) -> dict[str, Shape]:
        """Running statistics: `<layer>.<array>` -> shape."""
        return {f"{self.name}.{key}": shape for key, shape in self.layer.statistics(self.input_shape).items()}


Chain = tuple[ShapedLayer, ...]
"""Layers one after the other: a network's own, or a part of a layer."""


def walk(chain: Iterable[ShapedLayer]) -> Iterator[ShapedLayer]:
    """The layers and all that they hold, each before what it holds."""
    for shaped in chain:
        yield shaped
        for part in shaped.parts:
            yield from walk(part)


def chains(chain: Chain) -> Iterator[Chain]:
    """The chain itself, and all within its layers."""
    yield chain
    for shaped in walk(chain):
        yield from shaped.parts


def map_layers(chain: Chain, change: Callable[[ShapedLayer], ShapedLayer]) -> Chain:
    """The same with every layer changed, those within others too."""
    return map_chains(chain, lambda layers: tuple(map(change, layers)))


def map_chains(chain: Chain, change: Callable[[Chain], Chain]) -> Chain:
    """The same with every chain changed, the innermost first."""
    inner = (replace(one, parts=tuple(map_chains(part, change) for part in one.parts)) for one in chain)
    return change(tuple(inner))
