"""Linear layers and flattening."""

from typing import Any

import keras

from mnist_compare.architecture import Flatten, Linear, ShapedLayer
from mnist_compare_keras.layers.dispatch import ORDER, make_layers


@make_layers.register
def _linear(layer: Linear, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.Dense(layer.features, use_bias=layer.bias, name=shaped.name, dtype=dtype)]


@make_layers.register
def _flatten(layer: Flatten, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.Flatten(data_format=ORDER, name=shaped.name, dtype=dtype)]
