"""Poolings."""

from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray
from paddle import nn

from mnist_compare.architecture import (
    AdaptiveAveragePooling,
    AveragePooling,
    GlobalAveragePooling,
    MaxPooling,
    ShapedLayer,
)
from mnist_compare.architecture.layers.windows import both
from mnist_compare_paddle.layers.dispatch import make_layer

Shares = NDArray[np.float64]


@make_layer.register
def _max_pooling(layer: MaxPooling, shaped: ShapedLayer) -> nn.Layer:
    return nn.MaxPool2D(layer.size, layer.step, layer.padding)


def make_average_pooling(layer: AveragePooling, shaped: ShapedLayer) -> nn.Layer:
    """Paddle's own layer."""
    return nn.AvgPool2D(layer.size, layer.step, layer.padding, exclusive=not layer.count_padding)


def make_adaptive_pooling(layer: AdaptiveAveragePooling | GlobalAveragePooling, shaped: ShapedLayer) -> nn.Layer:
    """Paddle's own layer."""
    return nn.AdaptiveAvgPool2D(list(shaped.output_shape[1:]))


@make_layer.register
def _average_pooling(layer: AveragePooling, shaped: ShapedLayer) -> nn.Layer:
    own = make_average_pooling(layer, shaped)
    if paddle.get_default_dtype() != "float64":
        return own
    sides = zip(shaped.input_shape[1:], shaped.output_shape[1:], both(layer.size), both(layer.step), strict=True)
    return ExactMeans(*(_window_shares(layer, *side) for side in sides))


@make_layer.register(AdaptiveAveragePooling)
@make_layer.register(GlobalAveragePooling)
def _adaptive_average_pooling(layer: AdaptiveAveragePooling | GlobalAveragePooling, shaped: ShapedLayer) -> nn.Layer:
    if paddle.get_default_dtype() != "float64":
        return make_adaptive_pooling(layer, shaped)
    return ExactMeans(*map(_bin_shares, shaped.input_shape[1:], shaped.output_shape[1:]))


class ExactMeans(nn.Layer):
    """Average pooling in float64, where Paddle's own takes the share of a pixel in the gradient as a float32.

    Given the shares of the pixels of each row and column: a mean of a window is one of rows of means of columns.
    """

    def __init__(self, rows: Shares, columns: Shares) -> None:
        super().__init__()
        self.rows, self.columns = paddle.to_tensor(rows), paddle.to_tensor(columns.T.copy())

    def forward(self, x: Any) -> Any:
        """The means of x [N, C, H, W]."""
        return paddle.matmul(paddle.matmul(self.rows, x), self.columns)


def _window_shares(layer: AveragePooling, side: int, count: int, size: int, step: int) -> Shares:
    """Of each window (a row) the shares of the pixels of a side in its mean."""
    shares = np.zeros((count, side))
    for window, start in enumerate(range(-layer.padding, count * step - layer.padding, step)):
        pixels = slice(max(start, 0), min(start + size, side))
        shares[window, pixels] = 1 / (size if layer.count_padding else pixels.stop - pixels.start)
    return shares


def _bin_shares(side: int, count: int) -> Shares:
    """The same of the bins of adaptive pooling."""
    shares = np.zeros((count, side))
    for number in range(count):
        pixels = slice(number * side // count, -(-(number + 1) * side // count))
        shares[number, pixels] = 1 / (pixels.stop - pixels.start)
    return shares
