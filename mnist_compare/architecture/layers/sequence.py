"""Sequences: samples of two dimensions, length x width. What makes them of images, and flat values of them."""

from math import prod
from typing import ClassVar

from mnist_compare.architecture.layers.base import (
    Layer,
    Shape,
    format_shape,
    require_image,
    require_positive,
    require_sequence,
)
from mnist_compare.architecture.layers.windows import both, slide
from mnist_compare.io.bounds import Whole


class Rows(Layer, frozen=True, tag="rows", forbid_unknown_fields=True):
    """An image of one channel as the sequence of its rows, from top to bottom: [1, height, width] -> [height, width].

    >>> Rows().output_shape((1, 28, 28))
    (28, 28)
    """

    prefix = "rows"
    image_by_image = True
    keeps_constants = True

    def output_shape(self, shape: Shape) -> Shape:
        require_image(shape)
        if shape[0] != 1:
            raise ValueError(f"it takes an image of one channel, but gets {format_shape(shape)}: put it first")
        return shape[1:]


class Patches(Layer, frozen=True, tag="patches", forbid_unknown_fields=True):
    """The embedding of patches: each square of pixels, [channels, size, size], becomes `width` values.

    [channels, height, width of the image] -> [patches, width], row by row from the top left. It is a convolution whose
    stride is its kernel: the weight is [width, channels, size, size], as in PyTorch.

    Options:
        width: values of each patch, at least 1.
        size: side of a patch, in pixels. It must divide both sides of the image.

    >>> Patches(32, size=7).output_shape((1, 28, 28))
    (16, 32)
    """

    prefix = "patches"
    image_by_image = True
    width: Whole
    size: Whole

    def output_shape(self, shape: Shape) -> Shape:
        require_positive(width=self.width, size=self.size)
        require_image(shape)
        counts = slide(shape[1:], both(self.size), both(self.size))
        if any(side % self.size for side in shape[1:]):
            raise ValueError(f"patches of {self.size}x{self.size} leave a rest of {format_shape(shape[1:])}")
        return (prod(counts), self.width)

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        return {"weight": (self.width, shape[0], self.size, self.size), "bias": (self.width,)}

    def multiplications(self, shape: Shape) -> int:
        """Of numbers with a weight, for one sample of `shape` at the input."""
        return prod(self.parameters(shape)["weight"]) * self.output_shape(shape)[0]


class Positions(Layer, frozen=True, tag="positions", forbid_unknown_fields=True):
    """The position embedding: trained values, [length, width], are added to a sequence. They begin with 0.

    >>> Positions().parameters((16, 32))
    {'weight': (16, 32)}
    """

    prefix = "positions"
    image_by_image = True
    initial: ClassVar = {"weight": 0.0}

    def output_shape(self, shape: Shape) -> Shape:
        require_sequence(shape)
        return shape

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        return {"weight": shape}


class SequenceMean(Layer, frozen=True, tag="sequence_mean", forbid_unknown_fields=True):
    """The mean over the positions of a sequence: [length, width] -> [width].

    >>> SequenceMean().output_shape((16, 32))
    (32,)
    """

    prefix = "mean"
    image_by_image = True

    def output_shape(self, shape: Shape) -> Shape:
        require_sequence(shape)
        return shape[1:]
