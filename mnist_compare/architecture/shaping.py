"""Names and shapes of layers, one after the other and one within the other."""

from math import prod

from mnist_compare.architecture.layers import MAX_VALUES, MOST, Auxiliary, Composite, Layer, Shape, format_shape
from mnist_compare.architecture.shaped import Chain, ShapedLayer

MAX_LAYERS = 1_000
MAX_DEPTH = 8
"""So deep may layers stand within layers."""


class Misfit(Exception):
    """What does not fit, and which layer it is: a sentence without its end."""


def shape_layers(layers: tuple[Layer, ...], shape: Shape) -> Chain:
    """The layers of a network in their places; raises Misfit for the first one that does not fit."""
    return _Shaping().chain(layers, shape)


class _Shaping:
    """Goes through the layers, and counts them: within others there may be far more than a file shows."""

    def __init__(self) -> None:
        self._count = 0

    def chain(
        self, layers: tuple[Layer, ...], shape: Shape, place: str = "layer", path: str = "", depth: int = 0
    ) -> Chain:
        """`place` is where they stand in the file, in words; `path` is what their names begin with."""
        counts: dict[str, int] = {}
        shaped: list[ShapedLayer] = []
        for position, layer in enumerate(layers, 1):
            counts[layer.prefix] = counts.get(layer.prefix, 0) + 1
            name = f"{path}{layer.prefix}{counts[layer.prefix]}"
            shaped.append(self._place(layer, shape, f"{place} {position}", name, depth))
            shape = shaped[-1].output_shape
        return tuple(shaped)

    def _place(self, layer: Layer, shape: Shape, place: str, name: str, depth: int) -> ShapedLayer:
        where = f"{place} ({name}), input {format_shape(shape)}"
        self._count += 1
        if self._count > MAX_LAYERS:
            raise Misfit(f"{where}: a network can have {MAX_LAYERS:,} layers, those within others included")
        parts = self._parts(layer, shape, place, name, depth, where) if isinstance(layer, Composite) else ()
        try:
            after = (
                layer.joined_shape(shape, tuple(part[-1].output_shape if part else shape for part in parts))
                if isinstance(layer, Composite)
                else layer.output_shape(shape)
            )
            if prod(after) > MAX_VALUES:
                raise ValueError(f"it makes {format_shape(after)} of an image, where {MOST} are valid")
        except ValueError as error:
            raise Misfit(f"{where}: {error}") from None
        return ShapedLayer(name, layer, shape, after, parts)

    def _parts(
        self, layer: Composite, shape: Shape, place: str, name: str, depth: int, where: str
    ) -> tuple[Chain, ...]:
        if depth and isinstance(layer, Auxiliary):
            raise Misfit(f"{where}: an auxiliary head stands among the network's own layers, not within another one")
        if depth == MAX_DEPTH:
            raise Misfit(f"{where}: layers can stand within layers {MAX_DEPTH} deep, and no deeper")
        return tuple(
            self.chain(
                part.layers,
                shape,
                f"{place}, {part.field}, layer",
                f"{name}.{part.name}{'.' * bool(part.name)}",
                depth + 1,
            )
            for part in layer.parts
        )
