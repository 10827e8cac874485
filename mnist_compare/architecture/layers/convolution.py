"""Convolutions."""

from math import prod
from typing import Literal

from mnist_compare.architecture.layers.base import Layer, Shape, format_shape, require_image, require_positive
from mnist_compare.architecture.layers.windows import Pair, Sides, both, pad, require_windows, same_sides, slide
from mnist_compare.io.bounds import Whole
from mnist_compare.io.fields import written


class Convolution(Layer, frozen=True, tag="convolution", forbid_unknown_fields=True, omit_defaults=True):
    """Two-dimensional cross-correlation with zero padding.

    [in, height, width] -> [channels, (height + 2 padding - kernel) // stride + 1, ...], the width likewise; with a
    dilation, kernel stands for dilation (kernel - 1) + 1. The weight is [channels, in / groups, kernel, kernel], as in
    PyTorch.

    Options:
        channels: output channels, at least 1.
        kernel: side of the window, in pixels, or [height, width].
        padding: rows and columns of zeros on each side, or [top, bottom, left, right], or "same": as TensorFlow has it,
            so that ceil(side / stride) windows fit, with the larger part behind where it is uneven.
        stride: pixels between windows, or [down, right].
        bias: whether a trained number is added to each output channel.
        dilation: pixels between the values of a window, or [down, right]; above 1 only where the stride is 1.
        groups: parts of the channels that are convolved apart, each output channel from in / groups input channels;
            as many as there are input channels make it depthwise.

    >>> Convolution(8, kernel=3, padding=1).output_shape((1, 28, 28))
    (8, 28, 28)
    >>> Convolution(8, kernel=[1, 4], padding="same", stride=[1, 2], groups=2).parameters((4, 28, 28))["weight"]
    (8, 2, 1, 4)
    """

    prefix = "conv"
    image_by_image = True
    channels: Whole
    kernel: Whole | Pair
    padding: Whole | Sides | Literal["same"] = written(0)
    stride: Whole | Pair = written(1)
    bias: bool = written(True)
    dilation: Whole | Pair = 1
    groups: Whole = 1

    def output_shape(self, shape: Shape) -> Shape:
        require_positive(channels=self.channels, groups=self.groups)
        require_windows(kernel=self.kernel, stride=self.stride, dilation=self.dilation)
        if max(both(self.stride)) > 1 and max(both(self.dilation)) > 1:
            raise ValueError(
                f"a dilation above 1 needs stride 1 (dilation is {self.dilation}, stride {self.stride}), as in Keras"
            )
        require_image(shape)
        for name, channels in (("input channels", shape[0]), ("channels", self.channels)):
            if channels % self.groups:
                raise ValueError(f"groups must divide the {channels} {name} (it is {self.groups})")
        return (self.channels, *slide(pad(shape, self.sides(shape)), self.extent, both(self.stride)))

    @property
    def extent(self) -> tuple[int, int]:
        """Height and width of a window with its gaps."""
        height, width = (by * (side - 1) + 1 for side, by in zip(both(self.kernel), both(self.dilation), strict=True))
        return height, width

    def sides(self, shape: Shape) -> tuple[int, int, int, int]:
        """Rows and columns of zeros at top, bottom, left and right of an image [C, H, W]."""
        if self.padding == "same":
            return same_sides(shape, self.extent, both(self.stride))
        if isinstance(self.padding, int):
            return (self.padding, self.padding, self.padding, self.padding)
        top, bottom, left, right = self.padding
        return top, bottom, left, right

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        weight = {"weight": (self.channels, shape[0] // self.groups, *both(self.kernel))}
        return weight | ({"bias": (self.channels,)} if self.bias else {})

    def multiplications(self, shape: Shape) -> int:
        """Of numbers with a weight, for one sample of `shape` at the input."""
        return prod(self.parameters(shape)["weight"]) * prod(self.output_shape(shape)[1:])


class TransposedConvolution(Layer, frozen=True, tag="transposed_convolution", forbid_unknown_fields=True):
    """What a convolution of the same kernel, stride and padding does to gradients: it makes images larger.

    [in, height, width] -> [channels, (height - 1) stride + kernel - 2 padding + output_padding, ...], the width
    likewise. Each input pixel puts the kernel, times its value, where it stands at every `stride` pixels; overlaps are
    added up. The weight is [in, channels, kernel, kernel], as in PyTorch.

    Options:
        channels: output channels, at least 1.
        kernel: side of the window, in pixels, or [height, width].
        padding: rows and columns that are cut off on each side.
        stride: output pixels between the windows of two input pixels, or [down, right].
        output_padding: rows and columns more at bottom and right, fewer than stride: a convolution would leave them
            out, so that images of several sizes come to the same one.
        bias: whether a trained number is added to each output channel.

    >>> TransposedConvolution(4, kernel=3, padding=1, stride=2, output_padding=1).output_shape((8, 7, 7))
    (4, 14, 14)
    """

    prefix = "transposed"
    image_by_image = True
    channels: Whole
    kernel: Whole | Pair
    padding: Whole = 0
    stride: Whole | Pair = 1
    output_padding: Whole = 0
    bias: bool = True

    def output_shape(self, shape: Shape) -> Shape:
        require_positive(channels=self.channels)
        require_windows(kernel=self.kernel, stride=self.stride)
        require_image(shape)
        if self.padding < 0:
            raise ValueError(f"padding must not be negative (it is {self.padding})")
        if not 0 <= self.output_padding < min(both(self.stride)):
            raise ValueError(
                f"output_padding must be at least 0 and less than stride, {min(both(self.stride))} "
                f"(it is {self.output_padding})"
            )
        height, width = (side - 2 * self.padding for side in self.whole(shape))
        if min(height, width) < 1:
            raise ValueError(f"padding {self.padding} leaves nothing of {format_shape(self.whole(shape))} pixels")
        return (self.channels, height, width)

    def whole(self, shape: Shape) -> tuple[int, int]:
        """Height and width of the output for an image [C, H, W] before its padding is cut off."""
        height, width = (
            (side - 1) * by + extent + self.output_padding
            for side, by, extent in zip(shape[1:], both(self.stride), both(self.kernel), strict=True)
        )
        return height, width

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        weight = {"weight": (shape[0], self.channels, *both(self.kernel))}
        return weight | ({"bias": (self.channels,)} if self.bias else {})

    def multiplications(self, shape: Shape) -> int:
        """Of numbers with a weight, for one sample of `shape` at the input."""
        return prod(self.parameters(shape)["weight"]) * prod(shape[1:])
