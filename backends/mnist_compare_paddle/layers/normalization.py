"""Normalizations."""

from paddle import nn

from mnist_compare.architecture import BatchNorm, ShapedLayer
from mnist_compare.experiment.layout import Kept
from mnist_compare_paddle.layers.dispatch import kept_arrays, make_layer


@make_layer.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer) -> nn.Layer:
    kind = nn.BatchNorm2D if len(shaped.input_shape) == 3 else nn.BatchNorm1D
    return kind(shaped.input_shape[0], momentum=1 - layer.momentum, epsilon=layer.epsilon)


@kept_arrays.register
def _batch_norm_arrays(layer: BatchNorm, shaped: ShapedLayer) -> dict[str, Kept]:
    return {"running_mean": Kept("_mean"), "running_var": Kept("_variance")}
