"""Dropouts with given factors."""

import numpy as np

from mnist_compare.architecture import ChannelDropout, Dropout, ShapedLayer, StochasticDepth
from mnist_compare_numpy.layers.dispatch import make_module
from mnist_compare_numpy.layers.module import Array, Module


class DropoutModule(Module):
    """The values times the factors that the core has drawn."""

    def forward(self, x: Array, training: bool) -> Array:
        self.scale = self.factors if training and self.factors is not None else np.ones((), dtype=x.dtype)
        return x * self.scale

    def backward(self, gradient: Array) -> Array:
        return gradient * self.scale


@make_module.register
def _dropout(layer: ChannelDropout | Dropout | StochasticDepth, shaped: ShapedLayer) -> Module:
    return DropoutModule()
