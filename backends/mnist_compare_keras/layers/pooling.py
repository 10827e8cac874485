"""Poolings."""

from typing import Any

import keras

from mnist_compare.architecture import MaxPooling, ShapedLayer
from mnist_compare_keras.layers.dispatch import ORDER, make_layers


@make_layers.register
def _max_pooling(layer: MaxPooling, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    pooling = keras.layers.MaxPooling2D
    return [pooling(layer.size, layer.step, data_format=ORDER, name=shaped.name, dtype=dtype)]
