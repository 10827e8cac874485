"""Poolings."""

from paddle import nn

from mnist_compare.architecture import MaxPooling, ShapedLayer
from mnist_compare_paddle.layers.dispatch import make_layer


@make_layer.register
def _max_pooling(layer: MaxPooling, shaped: ShapedLayer) -> nn.Layer:
    return nn.MaxPool2D(layer.size, layer.step)
