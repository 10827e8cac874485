"""Poolings with one fault each."""

import msgspec
import numpy as np

from mnist_compare.architecture import AveragePooling
from mnist_compare.certify.fault import Fault
from mnist_compare_numpy.faults.experiments import with_layer, with_module
from mnist_compare_numpy.layers import AdaptivePoolingModule, Array, AveragePoolingModule, MaxPoolingModule
from mnist_compare_numpy.layers.windows import pad

change = msgspec.structs.replace


class ZeroPadding(MaxPoolingModule):
    """Pads with zeros, which are larger than negative values."""

    def forward(self, x: Array, training: bool) -> Array:
        around, self.sides = self.sides, (0, 0, 0, 0)
        y = super().forward(pad(x, around), training)
        self.sides = around
        return y


class Float32Share(AveragePoolingModule):
    """Takes the share of a pixel in the gradient as a float32."""

    def backward(self, gradient: Array) -> Array:
        exact, share = self.count, (1 / self.count).astype(np.float32).astype(gradient.dtype)
        self.count = 1 / share
        x = super().backward(gradient)
        self.count = exact
        return x


class CutBins(AdaptivePoolingModule):
    """Bins of one size, which do not overlap, and leave out what is left at the end."""

    def _bin(self, i: int, j: int) -> tuple[slice, slice, slice, slice]:
        rows, columns = (
            slice(number * (side // count), (number + 1) * (side // count))
            for number, side, count in zip((i, j), self.x_shape[2:], self.bins, strict=True)
        )
        return slice(None), slice(None), rows, columns


FAULTS: tuple[Fault, ...] = (
    Fault("max pooling padded with zeros", "pooling", "poolings", with_module(ZeroPadding)),
    Fault(
        "padding not counted in the mean",
        "pooling",
        "poolings",
        with_layer(AveragePooling, lambda p: change(p, count_padding=False)),
    ),
    Fault(
        "padding counted in the mean",
        "pooling",
        "poolings",
        with_layer(AveragePooling, lambda p: change(p, count_padding=True)),
    ),
    Fault("share of a pixel in float32", "pooling", "poolings", with_module(Float32Share)),
    Fault("bins that do not overlap", "pooling", "poolings", with_module(CutBins)),
)
