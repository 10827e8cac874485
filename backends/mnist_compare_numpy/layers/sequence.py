"""Sequences: what makes them of images, and flat values of them."""

import numpy as np

from mnist_compare.architecture import Convolution, Patches, Positions, Rows, SequenceMean, ShapedLayer
from mnist_compare_numpy.layers.convolution import ConvolutionModule
from mnist_compare_numpy.layers.dispatch import make_module
from mnist_compare_numpy.layers.module import Array, Module


class RowsModule(Module):
    """The rows of the one channel."""

    def forward(self, x: Array, training: bool) -> Array:
        return x[:, 0]

    def backward(self, gradient: Array) -> Array:
        return gradient[:, None]


class PatchesModule(ConvolutionModule):
    """A convolution whose stride is its kernel; its pixels are the positions, and its channels the width."""

    def forward(self, x: Array, training: bool) -> Array:
        y = super().forward(x, training)
        self.shape = y.shape
        return y.reshape(*y.shape[:2], -1).swapaxes(1, 2)

    def backward(self, gradient: Array) -> Array:
        return super().backward(gradient.swapaxes(1, 2).reshape(self.shape))


class PositionsModule(Module):
    """A summand for every position."""

    def forward(self, x: Array, training: bool) -> Array:
        return x + self.arrays["weight"]

    def backward(self, gradient: Array) -> Array:
        self.gradients["weight"] = self.total(gradient, (0,))
        return gradient


class SequenceMeanModule(Module):
    """The mean over the positions."""

    def forward(self, x: Array, training: bool) -> Array:
        self.length = x.shape[1]
        return np.asarray(self.total(x, (1,)) / self.length)

    def backward(self, gradient: Array) -> Array:
        return np.asarray(np.repeat(gradient[:, None] / self.length, self.length, axis=1))


@make_module.register
def _rows(layer: Rows, shaped: ShapedLayer) -> Module:
    return RowsModule()


@make_module.register
def _patches(layer: Patches, shaped: ShapedLayer) -> Module:
    return PatchesModule(Convolution(layer.width, layer.size, stride=layer.size))


@make_module.register
def _positions(layer: Positions, shaped: ShapedLayer) -> Module:
    return PositionsModule()


@make_module.register
def _sequence_mean(layer: SequenceMean, shaped: ShapedLayer) -> Module:
    return SequenceMeanModule()
