"""Convolutions with one fault each: of their newer settings, and transposed ones."""

import msgspec
import numpy as np

from mnist_compare.architecture import Convolution
from mnist_compare.certify.fault import Fault
from mnist_compare_numpy.faults.experiments import with_layer, with_module
from mnist_compare_numpy.faults.layers import Turned
from mnist_compare_numpy.layers import Array, ConvolutionModule, TransposedConvolutionModule

change = msgspec.structs.replace


class SwappedGroups(Turned, ConvolutionModule):
    """Gives each group the kernels of the other one."""

    def turn(self, weight: Array) -> Array:
        return np.concatenate(np.split(weight, self.layer.groups)[::-1])


class FlippedTransposed(Turned, TransposedConvolutionModule):
    """Puts kernels down upside down."""

    def turn(self, weight: Array) -> Array:
        return weight[:, :, ::-1, ::-1]


class SameTransposed(TransposedConvolutionModule):
    """Cuts off what "same" does in Keras: at a stride of 2, nothing before and one row and column behind."""

    def forward(self, x: Array, training: bool) -> Array:
        padding = self.layer.padding
        self.sides = (0, 2 * padding, 0, 2 * padding)
        return super().forward(x, training)


class UnevenBefore(ConvolutionModule):
    """Puts the larger part of an uneven "same" before the image."""

    def forward(self, x: Array, training: bool) -> Array:
        layer = self.layer
        if layer.padding == "same":
            top, bottom, left, right = layer.sides(x.shape[1:])
            self.layer = change(layer, padding=(bottom, top, right, left))
        y = super().forward(x, training)
        self.layer = layer
        return y


def _other_order(layer: Convolution) -> Convolution:
    """The sides as left, right, top, bottom."""
    if not isinstance(layer.padding, tuple):
        return layer
    return change(layer, padding=(*layer.padding[2:], *layer.padding[:2]))


def _undilated_same(layer: Convolution) -> Convolution:
    return change(layer, dilation=1) if layer.padding == "same" else layer


FAULTS: tuple[Fault, ...] = (
    Fault("larger part of 'same' before", "convolution", "convolutions", with_module(UnevenBefore)),
    Fault("'same' with a dilation of 1", "convolution", "convolutions", with_layer(Convolution, _undilated_same)),
    Fault("sides of a padding in another order", "convolution", "convolutions", with_layer(Convolution, _other_order)),
    Fault("groups swapped", "convolution", "convolutions", with_module(SwappedGroups)),
    Fault("transposed kernel flipped", "transposed convolution", "convolutions", with_module(FlippedTransposed)),
    Fault("transposed convolution 'same'", "transposed convolution", "convolutions", with_module(SameTransposed)),
)
