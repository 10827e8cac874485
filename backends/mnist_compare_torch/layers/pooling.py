"""Poolings."""

from torch import nn

from mnist_compare.architecture import MaxPooling, ShapedLayer
from mnist_compare_torch.layers.dispatch import make_module


@make_module.register
def _max_pooling(layer: MaxPooling, shaped: ShapedLayer) -> nn.Module:
    return nn.MaxPool2d(layer.size, layer.step)
