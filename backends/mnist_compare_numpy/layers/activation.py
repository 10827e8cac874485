"""Activations: their values, and their slopes from what was kept of the input."""

from math import erfc, pi, sqrt

import numpy as np

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
from mnist_compare_numpy.layers.dispatch import make_module
from mnist_compare_numpy.layers.module import Array, Module

BELOW = np.frompyfunc(lambda x: erfc(-x / sqrt(2)) / 2, 1, 1)
"""The share of a normal distribution below x: by erfc, as 1 + erf loses the digits of a small one."""
CUBE = 0.044715  # of GELU by tanh


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), with the exponential of a negative number alone, which cannot overflow."""
    small = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0, 1, small) / (1 + small))


class ReLUModule(Module):
    """max(x, 0), with gradient 0 at 0."""

    def forward(self, x: Array, training: bool) -> Array:
        self.positive = x > 0
        return np.where(self.positive, x, 0)

    def backward(self, gradient: Array) -> Array:
        return np.where(self.positive, gradient, 0)


class SlopeModule(Module):
    """A function of each value alone: its gradient is the slope at that value."""

    def forward(self, x: Array, training: bool) -> Array:
        self.x = x
        return self.value(x)

    def backward(self, gradient: Array) -> Array:
        return np.asarray(gradient * self.slope(self.x))

    def value(self, x: Array) -> Array:
        raise NotImplementedError

    def slope(self, x: Array) -> Array:
        raise NotImplementedError


class LeakyReLUModule(SlopeModule):
    """X, or slope x where it is not above 0."""

    def __init__(self, layer: LeakyReLU) -> None:
        super().__init__()
        self.layer = layer

    def value(self, x: Array) -> Array:
        return np.where(x > 0, x, self.layer.slope * x)

    def slope(self, x: Array) -> Array:
        return np.where(x > 0, 1, self.layer.slope)


class ELUModule(SlopeModule):
    """X, or alpha (exp(x) - 1) where it is not above 0."""

    def __init__(self, layer: ELU) -> None:
        super().__init__()
        self.layer = layer

    def value(self, x: Array) -> Array:
        return np.where(x > 0, x, self.layer.alpha * np.expm1(np.minimum(x, 0)))

    def slope(self, x: Array) -> Array:
        return np.where(x > 0, 1, self.layer.alpha * np.exp(np.minimum(x, 0)))


class SigmoidModule(SlopeModule):
    """1 / (1 + exp(-x))."""

    def value(self, x: Array) -> Array:
        return sigmoid(x)

    def slope(self, x: Array) -> Array:
        return sigmoid(x) * sigmoid(-x)


class TanhModule(SlopeModule):
    """tanh(x)."""

    def value(self, x: Array) -> Array:
        return np.asarray(np.tanh(x))

    def slope(self, x: Array) -> Array:
        return np.asarray(1 - np.tanh(x) ** 2)


class SiLUModule(SlopeModule):
    """X / (1 + exp(-x))."""

    def value(self, x: Array) -> Array:
        return x * sigmoid(x)

    def slope(self, x: Array) -> Array:
        return np.asarray(sigmoid(x) * (1 + x * sigmoid(-x)))


class GELUModule(SlopeModule):
    """X times the share of a normal distribution below x."""

    def value(self, x: Array) -> Array:
        return x * self._below(x)

    def slope(self, x: Array) -> Array:
        return np.asarray(self._below(x) + x * np.exp(-(x**2) / 2) / sqrt(2 * pi))

    def _below(self, x: Array) -> Array:
        return np.asarray(BELOW(x)).astype(x.dtype)


class TanhGELUModule(SlopeModule):
    """The same, by tanh."""

    def value(self, x: Array) -> Array:
        return np.asarray(x * (1 + np.tanh(self._inner(x))) / 2)

    def slope(self, x: Array) -> Array:
        bent = np.tanh(self._inner(x))
        return np.asarray((1 + bent) / 2 + x * (1 - bent**2) / 2 * sqrt(2 / pi) * (1 + 3 * CUBE * x**2))

    def _inner(self, x: Array) -> Array:
        return np.asarray(sqrt(2 / pi) * (x + CUBE * x**3))


class SoftplusModule(SlopeModule):
    """log(1 + exp(x)), as the larger of x and 0, and what is left."""

    def value(self, x: Array) -> Array:
        return np.asarray(np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))))

    def slope(self, x: Array) -> Array:
        return sigmoid(x)


class SoftmaxModule(Module):
    """exp(x) over the sum along an axis, less the largest x before, so that no exponential overflows."""

    def __init__(self, axis: int) -> None:
        super().__init__()
        self.axis = axis

    def forward(self, x: Array, training: bool) -> Array:
        powers = np.exp(x - x.max(axis=self.axis, keepdims=True))
        self.y = np.asarray(powers / powers.sum(axis=self.axis, keepdims=True))
        return self.y

    def backward(self, gradient: Array) -> Array:
        return np.asarray(self.y * (gradient - (gradient * self.y).sum(axis=self.axis, keepdims=True)))


@make_module.register
def _relu(layer: ReLU, shaped: ShapedLayer) -> Module:
    return ReLUModule()


@make_module.register
def _leaky_relu(layer: LeakyReLU, shaped: ShapedLayer) -> Module:
    return LeakyReLUModule(layer)


@make_module.register
def _elu(layer: ELU, shaped: ShapedLayer) -> Module:
    return ELUModule(layer)


@make_module.register
def _sigmoid(layer: Sigmoid, shaped: ShapedLayer) -> Module:
    return SigmoidModule()


@make_module.register
def _tanh(layer: Tanh, shaped: ShapedLayer) -> Module:
    return TanhModule()


@make_module.register
def _silu(layer: SiLU, shaped: ShapedLayer) -> Module:
    return SiLUModule()


@make_module.register
def _gelu(layer: GELU, shaped: ShapedLayer) -> Module:
    return TanhGELUModule() if layer.approximate else GELUModule()


@make_module.register
def _softplus(layer: Softplus, shaped: ShapedLayer) -> Module:
    return SoftplusModule()


@make_module.register
def _softmax(layer: Softmax, shaped: ShapedLayer) -> Module:
    return SoftmaxModule(layer.axis(shaped.input_shape))
