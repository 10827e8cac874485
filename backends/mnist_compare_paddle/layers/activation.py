"""Activations."""

from paddle import nn

from mnist_compare.architecture import ReLU, ShapedLayer
from mnist_compare_paddle.layers.dispatch import make_layer


@make_layer.register
def _relu(layer: ReLU, shaped: ShapedLayer) -> nn.Layer:
    return nn.ReLU()
