"""Convolutions."""

from math import prod

from mnist_compare.architecture.layers.base import (
    MAX_VALUES,
    MOST,
    Layer,
    Shape,
    format_shape,
    require_image,
    require_positive,
    slide,
)
from mnist_compare.io.bounds import Whole


class Convolution(Layer, frozen=True, tag="convolution", forbid_unknown_fields=True):
    """Two-dimensional cross-correlation with zero padding on all four sides.

    [in, height, width] -> [channels, (height + 2 padding - kernel) // stride + 1, ...], the width likewise. The weight
    is [channels, in, kernel, kernel], as in PyTorch.

    Options:
        channels: output channels, at least 1.
        kernel: side of the window, in pixels.
        padding: rows and columns of zeros on each side.
        stride: pixels between windows.
        bias: whether a trained number is added to each output channel.

    >>> Convolution(8, kernel=3, padding=1).output_shape((1, 28, 28))
    (8, 28, 28)
    """

    prefix = "conv"
    image_by_image = True
    channels: Whole
    kernel: Whole
    padding: Whole = 0
    stride: Whole = 1
    bias: bool = True

    def output_shape(self, shape: Shape) -> Shape:
        require_positive(channels=self.channels, kernel=self.kernel, stride=self.stride)
        if self.padding < 0:
            raise ValueError(f"padding must not be negative (it is {self.padding})")
        require_image(shape)
        padded = (shape[0], *(side + 2 * self.padding for side in shape[1:]))
        if prod(padded) > MAX_VALUES:
            raise ValueError(f"with its padding, the input is {format_shape(padded)}, where {MOST} are valid")
        return (self.channels, *(slide(side, self.kernel, self.stride) for side in padded[1:]))

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        weight = {"weight": (self.channels, shape[0], self.kernel, self.kernel)}
        return weight | ({"bias": (self.channels,)} if self.bias else {})

    def multiplications(self, shape: Shape) -> int:
        """Of numbers with a weight, for one sample of `shape` at the input."""
        return prod(self.parameters(shape)["weight"]) * prod(self.output_shape(shape)[1:])
