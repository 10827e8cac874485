"""Normalizations."""

from collections.abc import Mapping
from math import prod
from typing import Any

import paddle
from paddle import nn

from mnist_compare.architecture import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, LocalResponseNorm, ShapedLayer
from mnist_compare.experiment.layout import Kept, reshaped
from mnist_compare_paddle.layers.dispatch import kept_arrays, make_layer

Trained = BatchNorm | GroupNorm | InstanceNorm | LayerNorm


class ResponseNorm(nn.Layer):
    """x / (k + alpha m)^beta, where m is the mean of the squares of neighbouring channels.

    By sums: LocalResponseNorm takes an average pooling, whose gradient is of float32 in a float64 network too.
    """

    def __init__(self, layer: LocalResponseNorm) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = layer.size, layer.alpha, layer.beta, layer.k

    def forward(self, x: Any) -> Any:
        """X [N, C, H, W] normalized."""
        reach, channels = self.size // 2, x.shape[1]
        squares = nn.functional.pad(x * x, [0, 0, reach, reach, 0, 0, 0, 0])
        total = squares[:, :channels]
        for start in range(1, self.size):
            total = total + squares[:, start : start + channels]
        # By a tensor: compiled, Paddle rounds the inverse of a number to float32.
        mean = total / paddle.full([1], self.size, x.dtype)
        return x / paddle.pow(self.k + self.alpha * mean, self.beta)


@make_layer.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer) -> nn.Layer:
    kind = nn.BatchNorm2D if len(shaped.input_shape) == 3 else nn.BatchNorm1D
    return _with_trained(kind(shaped.input_shape[0], momentum=1 - layer.momentum, epsilon=layer.epsilon), layer)


@make_layer.register
def _layer_norm(layer: LayerNorm, shaped: ShapedLayer) -> nn.Layer:
    return _with_trained(nn.LayerNorm(layer.normalized_shape(shaped.input_shape), layer.epsilon), layer)


@make_layer.register
def _instance_norm(layer: InstanceNorm, shaped: ShapedLayer) -> nn.Layer:
    return _with_trained(nn.InstanceNorm2D(shaped.input_shape[0], layer.epsilon), layer, "scale")


@make_layer.register
def _group_norm(layer: GroupNorm, shaped: ShapedLayer) -> nn.Layer:
    return _with_trained(nn.GroupNorm(layer.groups, shaped.input_shape[0], layer.epsilon), layer)


@make_layer.register
def _local_response_norm(layer: LocalResponseNorm, shaped: ShapedLayer) -> nn.Layer:
    return ResponseNorm(layer)


@kept_arrays.register
def _batch_norm_arrays(layer: BatchNorm, shaped: ShapedLayer) -> Mapping[str, Kept]:
    return {"running_mean": Kept("_mean"), "running_var": Kept("_variance")}


@kept_arrays.register
def _layer_norm_arrays(layer: LayerNorm, shaped: ShapedLayer) -> Mapping[str, Kept]:
    shape = layer.normalized_shape(shaped.input_shape)
    return {key: reshaped(key, (prod(shape),), shape) for key in ("weight", "bias")}


@kept_arrays.register
def _instance_norm_arrays(layer: InstanceNorm, shaped: ShapedLayer) -> Mapping[str, Kept]:
    return {"weight": Kept("scale")}


def _with_trained(norm: nn.Layer, layer: Trained, weight: str = "weight") -> nn.Layer:
    """The Paddle layer with 1 for the factors and 0 for the summands that the layer has not, which no optimizer sees.

    Paddle's gradients are wrong, or none at all, where a batch norm, instance norm or group norm has one of both, and
    where one of both asks for no gradient: so that of the constants is computed too, and left alone.
    """
    for name, trained in ((weight, layer.scale), ("bias", layer.shift)):
        if not trained:
            constant = norm._parameters.pop(name).detach()
            constant.stop_gradient = False
            norm.register_buffer(name, constant, persistable=False)
    return norm
