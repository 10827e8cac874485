"""What a network takes from its data: the number of their classes, and the size of image that it needs."""

from typing import Any

import msgspec

from mnist_compare.architecture.layers import CLASSES, Layer
from mnist_compare.architecture.shaping import Misfit, shape_layers

MAX_TRIED = 256
"""The largest side of an image that is tried for a network which does not fit."""


def with_classes(layers: tuple[Layer, ...], count: int) -> tuple[Layer, ...]:
    """The layers, and those within them, with `count` in each field that says "classes"."""
    return tuple(_with_classes(layer, count) for layer in layers)


def fitting_side(layers: tuple[Layer, ...], image_shape: tuple[int, int, int]) -> int | None:
    """The side of the smallest square image, larger than `image_shape` and with its channels, that the layers take;
    None where no such side up to 256 does.
    """
    channels, *sides = image_shape
    return next((side for side in range(max(sides) + 1, MAX_TRIED + 1) if _fits(layers, (channels, side, side))), None)


def _fits(layers: tuple[Layer, ...], shape: tuple[int, int, int]) -> bool:
    try:
        shape_layers(layers, shape)
    except Misfit:
        return False
    return True


def _with_classes(value: Any, count: int) -> Any:
    if value == CLASSES and isinstance(value, str):
        return count
    if isinstance(value, tuple):
        return tuple(_with_classes(each, count) for each in value)
    if not isinstance(value, Layer):
        return value
    fields = {name: getattr(value, name) for name in value.__struct_fields__}
    changed = {name: new for name, old in fields.items() if (new := _with_classes(old, count)) != old}
    return msgspec.structs.replace(value, **changed) if changed else value
