"""Linear layers and flattening."""

from typing import Any

import keras

from mnist_compare.architecture import Flatten, Linear, ShapedLayer
from mnist_compare.experiment.layout import Kept, moved
from mnist_compare_keras.layers.dispatch import ORDER, kept_arrays, make_layers


@make_layers.register
def _linear(layer: Linear, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.Dense(layer.count, use_bias=layer.bias, name=shaped.name, dtype=dtype)]


@kept_arrays.register
def _linear_arrays(layer: Linear, shaped: ShapedLayer) -> dict[str, Kept]:
    return {"weight": moved("kernel", (1, 0))}


@make_layers.register
def _flatten(layer: Flatten, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.Flatten(data_format=ORDER, name=shaped.name, dtype=dtype)]
