"""What every layer is to the core: its settings, shapes, arrays and limits."""

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from mnist_compare.io.bounds import Whole
from mnist_compare.io.float32 import round_constants
from mnist_compare.io.registry import Tagged

Shape = tuple[int, ...]

CLASSES: Literal["classes"] = "classes"
Features = Whole | Literal["classes"]
"""A number, or "classes": as many as the data have classes. A network that is fitted to data has numbers alone."""

MAX_VALUES = 10_000_000
"""The most values that a layer may make of one image, or take after padding it."""
MOST = f"at most {MAX_VALUES:,} values"


class Layer(Tagged, frozen=True):
    """One layer of a network. A class derived from it, with a tag, is a layer that files can name from then on.

    Its fields are the layer's settings, and its methods say all that the core knows of it.
    """

    prefix: ClassVar[str]
    """What its name in a network begins with: conv1, conv2."""

    initial: ClassVar[Mapping[str, float]] = {}
    """The number that all values of an array begin with, by the array's name. Other parameters are drawn, by the
    initializer of the network and the shape of `weight`; other statistics begin with 0.
    """

    keeps_constants: ClassVar[bool] = False
    """Whether a constant that is added to all values of a channel comes out of the layer as it is, added to all values
    of that channel.
    """

    adds_bias: ClassVar[bool] = True
    """Whether its array `bias`, if it has one, is added to what comes out: to all values of a channel, or to each value
    of an image another number.
    """

    without_effect: ClassVar[tuple[str, ...]] = ()
    """Its parameters that change nothing in what comes out: their gradients are rounding noise."""

    any_order: ClassVar[bool] = False
    """Whether it takes flattened values in any order, and gives them in that order: its arrays then come in it too."""

    image_by_image: ClassVar[bool] = False
    """Whether what comes out for an image depends on that image alone, in training too."""

    normalizes: ClassVar[bool] = False
    """Whether it normalizes values over the batch, of which there must be more than one in each channel."""

    def removes_constants(self, shape: Shape) -> bool:
        """Whether a constant that is added to all values of a channel, of samples of `shape` at the input, changes
        nothing in what comes out in training.
        """
        return False

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of one sample after the layer; raises ValueError when `shape` does not fit."""
        return shape

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        """Shapes of the trained arrays, by name, for a sample of `shape` at the input."""
        return {}

    def statistics(self, shape: Shape) -> dict[str, Shape]:
        """Shapes of the arrays that are kept but not trained."""
        return {}

    def fans(self, shape: Shape) -> dict[str, Shape]:
        """By the names of arrays that are drawn: the shape [out, in, ...] of the weight by whose size that is done.

        Arrays that are not in it are drawn by the shape of `weight`.
        """
        return {}

    def multiplications(self, shape: Shape) -> int:
        """Of numbers with a weight, for one sample of `shape` at the input."""
        return 0

    @property
    def mask_rate(self) -> float | None:
        """The share of values that a mask zeroes in training; None where the layer takes no mask."""
        return None

    def mask_shape(self, shape: Shape) -> Shape:
        """The shape of one sample's mask, for a sample of `shape` at the input: one factor for each of the values that
        are kept or zeroed together.
        """
        return shape

    def rounded(self) -> Self:
        """The layer with its constants rounded to float32; they must fit."""
        return round_constants(self)


def format_shape(shape: Shape) -> str:
    """(16, 7, 7) -> '16x7x7'."""
    return "x".join(map(str, shape))


def require_image(shape: Shape) -> None:
    """Raise ValueError for the shape of anything but an image."""
    if len(shape) != 3:
        raise ValueError(f"it takes channels x height x width, but gets {format_shape(shape)}: put it before flatten")


def require_sequence(shape: Shape) -> None:
    """Raise ValueError for the shape of anything but a sequence."""
    if len(shape) != 2:
        raise ValueError(
            f"it takes a sequence, length x width, but gets {format_shape(shape)}: put rows or patches before it"
        )


def require_positive(**values: int) -> None:
    """Raise ValueError, with the name of the field, for a number below 1."""
    for name, value in values.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1 (it is {value})")
