"""Windows that slide over images: their sides, steps and padding, by axis."""

from math import prod
from typing import Annotated

from msgspec import Meta

from mnist_compare.architecture.layers.base import MAX_VALUES, MOST, Shape, format_shape, require_positive
from mnist_compare.io.bounds import Whole

# Not tuple[Whole, Whole]: where a field may also be one Whole, msgspec 0.22 ends the process in its garbage collection.
Pair = Annotated[tuple[Whole, ...], Meta(min_length=2, max_length=2)]
"""A number for each axis: height, width."""

Sides = Annotated[tuple[Whole, ...], Meta(min_length=4, max_length=4)]
"""A number for each side of an image: top, bottom, left, right."""


def both(value: int | tuple[int, ...]) -> tuple[int, int]:
    """The numbers for height and width, which one number may stand for.

    >>> both(3), both((3, 5))
    ((3, 3), (3, 5))
    """
    height, width = (value, value) if isinstance(value, int) else value
    return height, width


def slide(sides: tuple[int, ...], window: tuple[int, int], step: tuple[int, int]) -> tuple[int, int]:
    """How many windows there are along height and width; raises ValueError where none fits."""
    for side, extent in zip(sides, window, strict=True):
        if extent > side:
            raise ValueError(f"a window of {format_shape(window)} does not fit into {side} (padding included)")
    height, width = ((side - extent) // by + 1 for side, extent, by in zip(sides, window, step, strict=True))
    return height, width


def same_sides(shape: Shape, window: tuple[int, int], step: tuple[int, int]) -> tuple[int, int, int, int]:
    """The padding that TensorFlow calls "same": so much that windows begin at every `step` pixels of the image [..., H,
    W] itself, half of it before and the rest behind, where an uneven one is larger.

    >>> same_sides((3, 28, 28), (4, 3), (1, 2))
    (1, 2, 0, 1)
    """
    around: list[int] = []
    for side, extent, by in zip(shape[-2:], window, step, strict=True):
        total = max(0, (-(-side // by) - 1) * by + extent - side)
        around += [total // 2, total - total // 2]
    top, bottom, left, right = around
    return top, bottom, left, right


def require_windows(**values: int | tuple[int, ...]) -> None:
    """Raise ValueError, with the name of the field, for a number below 1."""
    for name, value in values.items():
        for number in both(value):
            require_positive(**{name: number})


def pad(shape: Shape, sides: tuple[int, int, int, int]) -> tuple[int, int]:
    """Height and width of the image [C, H, W] with its padding; raises ValueError where it is negative or too large."""
    if min(sides) < 0:
        raise ValueError(f"padding must not be negative (it is {min(sides)})")
    top, bottom, left, right = sides
    height, width = shape[1] + top + bottom, shape[2] + left + right
    padded = (shape[0], height, width)
    if prod(padded) > MAX_VALUES:
        raise ValueError(f"with its padding, the input is {format_shape(padded)}, where {MOST} are valid")
    return height, width
