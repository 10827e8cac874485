"""Activations with one fault each."""

from math import erfc

import msgspec
import numpy as np

from mnist_compare.architecture import ELU, GELU, LeakyReLU
from mnist_compare.certify.fault import Fault
from mnist_compare_numpy.faults.experiments import with_layer, with_module
from mnist_compare_numpy.layers import (
    Array,
    GELUModule,
    LeakyReLUModule,
    SoftmaxModule,
    SoftplusModule,
    TanhGELUModule,
)

change = msgspec.structs.replace
HALF = float(np.float32(2**0.5))
BELOW = np.frompyfunc(lambda x: erfc(-x / HALF) / 2, 1, 1)


class UnitSlopeAtZero(LeakyReLUModule):
    """Has the gradient 1 at 0."""

    def slope(self, x: Array) -> Array:
        return np.where(x == 0, 1, super().slope(x))


class Float32Root(GELUModule):
    """Takes the root of 2 as a float32."""

    def _below(self, x: Array) -> Array:
        return np.asarray(BELOW(x)).astype(x.dtype)


class Float32Cube(TanhGELUModule):
    """Takes the factor of the cube as a float32."""

    def _inner(self, x: Array) -> Array:
        return np.asarray((2 / np.pi) ** 0.5 * (x + float(np.float32(0.044715)) * x**3))


class CutSoftplus(SoftplusModule):
    """Takes x for softplus above 20."""

    def value(self, x: Array) -> Array:
        return np.where(x > 20, x, super().value(x))

    def slope(self, x: Array) -> Array:
        return np.where(x > 20, 1, super().slope(x))


class RowSoftmax(SoftmaxModule):
    """Normalizes the pixels of a row, and not the channels."""

    def forward(self, x: Array, training: bool) -> Array:
        return super().forward(x.swapaxes(1, -1), training).swapaxes(1, -1)

    def backward(self, gradient: Array) -> Array:
        return super().backward(gradient.swapaxes(1, -1)).swapaxes(1, -1)


FAULTS: tuple[Fault, ...] = (
    Fault(
        "slope of leaky relu 0.3", "leaky relu", "activations", with_layer(LeakyReLU, lambda a: change(a, slope=0.3))
    ),
    Fault("gradient of leaky relu 1 at 0", "leaky relu", "activations", with_module(UnitSlopeAtZero)),
    Fault("alpha of elu 1", "elu", "activations", with_layer(ELU, lambda a: change(a, alpha=1.0))),
    Fault("gelu by tanh", "gelu", "activations", with_layer(GELU, lambda a: change(a, approximate=True))),
    Fault("gelu not by tanh", "gelu", "activations", with_layer(GELU, lambda a: change(a, approximate=False))),
    Fault("gelu's root of 2 in float32", "gelu", "activations", with_module(Float32Root)),
    Fault("gelu's cube in float32", "gelu", "activations", with_module(Float32Cube)),
    Fault("softplus cut at 20", "softplus", "steep", with_module(CutSoftplus)),
    Fault("softmax over the pixels of a row", "softmax", "activations", with_module(RowSoftmax)),
)
