"""Activations."""

from typing import Any

import keras

from mnist_compare.architecture import ReLU, ShapedLayer
from mnist_compare_keras.layers.dispatch import make_layers


@make_layers.register
def _relu(layer: ReLU, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.ReLU(name=shaped.name, dtype=dtype)]
