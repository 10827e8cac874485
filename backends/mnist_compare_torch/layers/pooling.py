"""Poolings."""

from torch import nn

from mnist_compare.architecture import (
    AdaptiveAveragePooling,
    AveragePooling,
    GlobalAveragePooling,
    MaxPooling,
    ShapedLayer,
)
from mnist_compare_torch.layers.dispatch import make_module


@make_module.register
def _max_pooling(layer: MaxPooling, shaped: ShapedLayer) -> nn.Module:
    return nn.MaxPool2d(layer.size, layer.step, layer.padding)


@make_module.register
def _average_pooling(layer: AveragePooling, shaped: ShapedLayer) -> nn.Module:
    return nn.AvgPool2d(layer.size, layer.step, layer.padding, count_include_pad=layer.count_padding)


@make_module.register
def _adaptive_average_pooling(layer: AdaptiveAveragePooling, shaped: ShapedLayer) -> nn.Module:
    return nn.AdaptiveAvgPool2d(layer.size)


@make_module.register
def _global_average_pooling(layer: GlobalAveragePooling, shaped: ShapedLayer) -> nn.Module:
    return nn.AdaptiveAvgPool2d(1)
