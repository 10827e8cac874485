"""Normalizations."""

from typing import Any

import keras

from mnist_compare.architecture import BatchNorm, ShapedLayer
from mnist_compare_keras.layers.dispatch import make_layers


@make_layers.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    old, norm = 1 - layer.momentum, keras.layers.BatchNormalization
    return [norm(momentum=old, epsilon=layer.epsilon, name=shaped.name, dtype=dtype)]
