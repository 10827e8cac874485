"""Activations."""

from typing import Any

import paddle
from paddle import nn

from mnist_compare.architecture import (
    ELU,
    GELU,
    LeakyReLU,
    ReLU,
    ShapedLayer,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from mnist_compare_paddle.layers.dispatch import make_layer

FAR = 40
"""Above it exp(-x) is below a rounding of x in float64, so that x may stand for softplus."""


@make_layer.register
def _relu(layer: ReLU, shaped: ShapedLayer) -> nn.Layer:
    return nn.ReLU()


class SlopeAtZeroLeakyReLU(nn.Layer):
    """Leaky ReLU whose gradient at 0 is the slope, as elsewhere; that of Paddle's own is 1."""

    def __init__(self, slope: float) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, x: Any) -> Any:
        """X, or slope x where it is not above 0."""
        return paddle.where(x > 0, x, self.slope * x)


@make_layer.register
def _leaky_relu(layer: LeakyReLU, shaped: ShapedLayer) -> nn.Layer:
    return SlopeAtZeroLeakyReLU(layer.slope)


@make_layer.register
def _elu(layer: ELU, shaped: ShapedLayer) -> nn.Layer:
    return nn.ELU(layer.alpha)


@make_layer.register
def _sigmoid(layer: Sigmoid, shaped: ShapedLayer) -> nn.Layer:
    return nn.Sigmoid()


@make_layer.register
def _tanh(layer: Tanh, shaped: ShapedLayer) -> nn.Layer:
    return nn.Tanh()


@make_layer.register
def _silu(layer: SiLU, shaped: ShapedLayer) -> nn.Layer:
    return nn.Silu()


@make_layer.register
def _gelu(layer: GELU, shaped: ShapedLayer) -> nn.Layer:
    return nn.GELU(layer.approximate)


@make_layer.register
def _softplus(layer: Softplus, shaped: ShapedLayer) -> nn.Layer:
    return nn.Softplus(threshold=FAR)


@make_layer.register
def _softmax(layer: Softmax, shaped: ShapedLayer) -> nn.Layer:
    return nn.Softmax(layer.axis(shaped.input_shape))
