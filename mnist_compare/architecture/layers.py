"""The layers that a network can have: their settings, shapes, arrays and limits."""

from collections.abc import Mapping
from math import prod
from typing import ClassVar, Self

import msgspec
import numpy as np

from mnist_compare.io.bounds import Whole
from mnist_compare.io.float32 import round_constants
from mnist_compare.io.registry import Tagged

Shape = tuple[int, ...]

MAX_VALUES = 10_000_000
"""The most values that a layer may make of one image, or take after padding it."""


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

    any_order: ClassVar[bool] = False
    """Whether it takes flattened values in any order, and gives them in that order: its arrays then come in it too."""

    image_by_image: ClassVar[bool] = False
    """Whether what comes out for an image depends on that image alone, in training too."""

    normalizes: ClassVar[bool] = False
    """Whether it normalizes values over the batch, of which there must be more than one in each channel."""

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of one sample after the layer; raises ValueError when `shape` does not fit."""
        return shape

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        """Shapes of the trained arrays, by name, for a sample of `shape` at the input."""
        return {}

    def statistics(self, shape: Shape) -> dict[str, Shape]:
        """Shapes of the arrays that are kept but not trained."""
        return {}

    def multiplications(self, shape: Shape) -> int:
        """Of numbers with a weight, for one sample of `shape` at the input."""
        return 0

    @property
    def mask_rate(self) -> float | None:
        """The share of values that a mask zeroes in training; None where the layer takes no mask."""
        return None

    def rounded(self) -> Self:
        """The layer with its constants rounded to float32; they must fit."""
        return round_constants(self)


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
        _require_positive(channels=self.channels, kernel=self.kernel, stride=self.stride)
        if self.padding < 0:
            raise ValueError(f"padding must not be negative (it is {self.padding})")
        _require_image(shape)
        padded = (shape[0], *(side + 2 * self.padding for side in shape[1:]))
        if prod(padded) > MAX_VALUES:
            raise ValueError(f"with its padding, the input is {format_shape(padded)}, where {MOST} are valid")
        return (self.channels, *(_slide(side, self.kernel, self.stride) for side in padded[1:]))

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        weight = {"weight": (self.channels, shape[0], self.kernel, self.kernel)}
        return weight | ({"bias": (self.channels,)} if self.bias else {})

    def multiplications(self, shape: Shape) -> int:
        """Of numbers with a weight, for one sample of `shape` at the input."""
        return prod(self.parameters(shape)["weight"]) * prod(self.output_shape(shape)[1:])


class MaxPooling(Layer, frozen=True, tag="max_pooling", forbid_unknown_fields=True):
    """The largest value of each `size` x `size` window; windows that do not fit are dropped.

    Options:
        size: side of the window, in pixels.
        stride: pixels between windows. Default: `size`.

    >>> MaxPooling(2).output_shape((8, 28, 28))
    (8, 14, 14)
    """

    prefix = "pool"
    image_by_image = True
    keeps_constants = True  # the largest value of a window grows by what all of its values grow
    size: Whole
    stride: Whole | None = None

    @property
    def step(self) -> int:
        """Distance between windows, in pixels: the stride, which is the size where none is given."""
        return self.size if self.stride is None else self.stride

    def output_shape(self, shape: Shape) -> Shape:
        _require_positive(size=self.size, stride=self.step)
        _require_image(shape)
        return (shape[0], *(_slide(side, self.size, self.step) for side in shape[1:]))


class ReLU(Layer, frozen=True, tag="relu", forbid_unknown_fields=True):
    """max(x, 0), of inputs of any shape.

    >>> ReLU().output_shape((8, 14, 14))
    (8, 14, 14)
    """

    prefix = "relu"
    image_by_image = True
    any_order = True


class BatchNorm(Layer, frozen=True, tag="batch_norm", forbid_unknown_fields=True):
    """Normalization over the batch, per channel (or per feature), with a trained factor and summand.

    The running variance is the biased one, as in Keras and Paddle; backends whose framework keeps the unbiased one
    convert it.

    Options:
        momentum: share of the new batch in the running statistics, above 0 and at most 1, as in PyTorch; in Keras and
            Paddle it is 1 minus that.
        epsilon: is added to the variance, between 0 and 1.

    >>> sorted(BatchNorm().statistics((8, 14, 14)))
    ['running_mean', 'running_var']
    """

    prefix = "norm"
    any_order = True
    normalizes = True
    initial: ClassVar = {"weight": 1.0, "bias": 0.0, "running_mean": 0.0, "running_var": 1.0}
    momentum: float = 0.1
    epsilon: float = 1e-5

    def output_shape(self, shape: Shape) -> Shape:
        if not 0 < self.momentum <= 1:
            raise ValueError(f"momentum must be above 0 and at most 1 (it is {self.momentum})")
        if not 0 < self.epsilon < 1:
            raise ValueError(f"epsilon must be between 0 and 1 (it is {self.epsilon})")
        return shape

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        return {"weight": shape[:1], "bias": shape[:1]}

    def statistics(self, shape: Shape) -> dict[str, Shape]:
        return {"running_mean": shape[:1], "running_var": shape[:1]}

    def rounded(self) -> Self:
        """The layer rounded so that the share of the old statistics, which Keras and Paddle keep, is a float32."""
        momentum = 1 - float(np.float32(1 - self.momentum))
        return msgspec.structs.replace(round_constants(self), momentum=momentum)


class Dropout(Layer, frozen=True, tag="dropout", forbid_unknown_fields=True):
    """Zeroes a share of the values in training and scales the rest by 1 / (1 - rate).

    Options:
        rate: the share, at least 0 and below 1.

    >>> Dropout(0.25)
    Dropout(rate=0.25)
    """

    prefix = "dropout"
    image_by_image = True
    any_order = True
    rate: float

    def output_shape(self, shape: Shape) -> Shape:
        if not 0 <= self.rate < 1:
            raise ValueError(f"rate must be at least 0 and below 1 (it is {self.rate})")
        return shape

    @property
    def mask_rate(self) -> float | None:
        """The share of values that a mask zeroes in training."""
        return self.rate


class Linear(Layer, frozen=True, tag="linear", forbid_unknown_fields=True):
    """x W^T + b, of a flat input: [in] -> [features]. The weight is [features, in].

    Options:
        features: outputs, at least 1.
        bias: whether a trained number is added to each output.

    >>> Linear(10).parameters((784,))
    {'weight': (10, 784), 'bias': (10,)}
    """

    prefix = "linear"
    image_by_image = True
    features: Whole
    bias: bool = True

    def output_shape(self, shape: Shape) -> Shape:
        _require_positive(features=self.features)
        if len(shape) != 1:
            raise ValueError(f"it takes a flat input, but gets {format_shape(shape)}: put a flatten layer before it")
        return (self.features,)

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        weight = {"weight": (self.features, shape[0])}
        return weight | ({"bias": (self.features,)} if self.bias else {})

    def multiplications(self, shape: Shape) -> int:
        """Of numbers with a weight, for one sample of `shape` at the input."""
        return prod(self.parameters(shape)["weight"])


class Flatten(Layer, frozen=True, tag="flatten", forbid_unknown_fields=True):
    """One row per image, in the order channel, height, width.

    >>> Flatten().output_shape((8, 14, 14))
    (1568,)
    """

    prefix = "flatten"
    image_by_image = True
    keeps_constants = True
    any_order = True

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)


MOST = f"at most {MAX_VALUES:,} values"


def format_shape(shape: Shape) -> str:
    """(16, 7, 7) -> '16x7x7'."""
    return "x".join(map(str, shape))


def _slide(side: int, window: int, step: int) -> int:
    if window > side:
        raise ValueError(f"a window of {window}x{window} does not fit into {side} (padding included)")
    return (side - window) // step + 1


def _require_image(shape: Shape) -> None:
    if len(shape) != 3:
        raise ValueError(f"it takes channels x height x width, but gets {format_shape(shape)}: put it before flatten")


def _require_positive(**values: int) -> None:
    for name, value in values.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1 (it is {value})")
