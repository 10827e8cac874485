"""Normalizations."""

from typing import Any

import keras

from mnist_compare.architecture import BatchNorm, ShapedLayer
from mnist_compare.experiment.layout import Kept
from mnist_compare_keras.layers.dispatch import kept_arrays, make_layers


@make_layers.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    old, norm = 1 - layer.momentum, keras.layers.BatchNormalization
    return [norm(momentum=old, epsilon=layer.epsilon, name=shaped.name, dtype=dtype)]


@kept_arrays.register
def _batch_norm_arrays(layer: BatchNorm, shaped: ShapedLayer) -> dict[str, Kept]:
    names = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}
    return {key: Kept(name) for key, name in names.items()}
