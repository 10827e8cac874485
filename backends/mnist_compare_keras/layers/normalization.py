"""Normalizations."""

from collections.abc import Mapping
from typing import Any

import keras

from mnist_compare.architecture import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, LocalResponseNorm, ShapedLayer
from mnist_compare.experiment.layout import Kept, moved
from mnist_compare_keras.layers.dispatch import kept_arrays, make_layers

Trained = BatchNorm | GroupNorm | InstanceNorm | LayerNorm
NAMES = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}


@make_layers.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    old, norm = 1 - layer.momentum, keras.layers.BatchNormalization
    return [norm(momentum=old, name=shaped.name, dtype=dtype, **_trained(layer))]


@make_layers.register
def _layer_norm(layer: LayerNorm, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    axes = [1, 2, 3] if len(shaped.input_shape) == 3 else -1
    return [keras.layers.LayerNormalization(axes, name=shaped.name, dtype=dtype, **_trained(layer))]


@make_layers.register
def _instance_norm(layer: InstanceNorm, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    # Keras has no layer of the name: as its documentation says, it is this one with a group for each channel.
    return [keras.layers.GroupNormalization(shaped.input_shape[0], name=shaped.name, dtype=dtype, **_trained(layer))]


@make_layers.register
def _group_norm(layer: GroupNorm, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.GroupNormalization(layer.groups, name=shaped.name, dtype=dtype, **_trained(layer))]


@make_layers.register
def _local_response_norm(layer: LocalResponseNorm, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    """A model of Keras's own operations: it has no layer for this, and TensorFlow's function no float64."""
    channels, height, width = shaped.input_shape
    ops, reach = keras.ops, layer.size // 2
    x = keras.Input((height, width, channels), dtype=keras.dtype_policies.get(dtype).compute_dtype)
    squares = ops.pad(ops.square(x), ((0, 0), (0, 0), (0, 0), (reach, reach)))
    rows = ops.reshape(squares, (-1, height * width, channels + 2 * reach, 1))
    means = ops.average_pool(rows, (1, layer.size), strides=1, data_format="channels_last")
    base = layer.k + layer.alpha * ops.reshape(means, (-1, height, width, channels))
    return [keras.Model(x, x / ops.power(base, layer.beta), name=shaped.name)]


@kept_arrays.register
def _norm_arrays(layer: BatchNorm | GroupNorm | InstanceNorm, shaped: ShapedLayer) -> Mapping[str, Kept]:
    return {key: Kept(name) for key, name in NAMES.items()}


@kept_arrays.register
def _layer_norm_arrays(layer: LayerNorm, shaped: ShapedLayer) -> Mapping[str, Kept]:
    if len(shaped.input_shape) == 3:
        return {key: moved(name, (1, 2, 0)) for key, name in NAMES.items()}
    return {key: Kept(name) for key, name in NAMES.items()}


def _trained(layer: Trained) -> dict[str, Any]:
    """What Keras is told of any normalization."""
    return {"epsilon": layer.epsilon, "scale": layer.scale, "center": layer.shift}
