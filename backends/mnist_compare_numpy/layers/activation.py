"""Activations."""

import numpy as np

from mnist_compare.architecture import ReLU, ShapedLayer
from mnist_compare_numpy.layers.dispatch import make_module
from mnist_compare_numpy.layers.module import Array, Module


class ReLUModule(Module):
    """max(x, 0), with gradient 0 at 0."""

    def forward(self, x: Array, training: bool) -> Array:
        self.positive = x > 0
        return np.where(self.positive, x, 0)

    def backward(self, gradient: Array) -> Array:
        return np.where(self.positive, gradient, 0)


@make_module.register
def _relu(layer: ReLU, shaped: ShapedLayer) -> Module:
    return ReLUModule()
