"""Activations."""

from torch import nn

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
from mnist_compare_torch.layers.dispatch import make_module

FAR = 40
"""Above it exp(-x) is below a rounding of x in float64, so that x may stand for softplus."""


@make_module.register
def _relu(layer: ReLU, shaped: ShapedLayer) -> nn.Module:
    return nn.ReLU()


@make_module.register
def _leaky_relu(layer: LeakyReLU, shaped: ShapedLayer) -> nn.Module:
    return nn.LeakyReLU(layer.slope)


@make_module.register
def _elu(layer: ELU, shaped: ShapedLayer) -> nn.Module:
    return nn.ELU(layer.alpha)


@make_module.register
def _sigmoid(layer: Sigmoid, shaped: ShapedLayer) -> nn.Module:
    return nn.Sigmoid()


@make_module.register
def _tanh(layer: Tanh, shaped: ShapedLayer) -> nn.Module:
    return nn.Tanh()


@make_module.register
def _silu(layer: SiLU, shaped: ShapedLayer) -> nn.Module:
    return nn.SiLU()


@make_module.register
def _gelu(layer: GELU, shaped: ShapedLayer) -> nn.Module:
    return nn.GELU("tanh" if layer.approximate else "none")


@make_module.register
def _softplus(layer: Softplus, shaped: ShapedLayer) -> nn.Module:
    return nn.Softplus(threshold=FAR)


@make_module.register
def _softmax(layer: Softmax, shaped: ShapedLayer) -> nn.Module:
    return nn.Softmax(layer.axis(shaped.input_shape))
