"""Sequences: what makes them of images, and flat values of them."""

from typing import Any

import keras

from mnist_compare.architecture import Patches, Positions, Rows, SequenceMean, ShapedLayer
from mnist_compare.experiment.layout import Kept, moved
from mnist_compare_keras.layers.dispatch import ORDER, kept_arrays, make_layers


@keras.saving.register_keras_serializable("mnist_compare")
class PositionEmbedding(keras.layers.Layer):
    """Adds trained values to every position: Keras has no layer of its own for that."""

    def build(self, shape: Any) -> None:
        """Make the variable [length, width]."""
        self.embedding = self.add_weight(name="embedding", shape=shape[1:], initializer="zeros")

    def call(self, x: Any) -> Any:
        """X [N, length, width] and the embedding."""
        return x + self.embedding


@make_layers.register
def _rows(layer: Rows, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.Reshape(shaped.output_shape, name=shaped.name, dtype=dtype)]


@make_layers.register
def _patches(layer: Patches, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    convolution = keras.layers.Conv2D(
        layer.width, layer.size, layer.size, data_format=ORDER, name=shaped.name, dtype=dtype
    )
    return [convolution, keras.layers.Reshape(shaped.output_shape, name=f"{shaped.name}_sequence", dtype=dtype)]


@kept_arrays.register
def _patches_arrays(layer: Patches, shaped: ShapedLayer) -> dict[str, Kept]:
    return {"weight": moved("kernel", (2, 3, 1, 0))}


@make_layers.register
def _positions(layer: Positions, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [PositionEmbedding(name=shaped.name, dtype=dtype)]


@kept_arrays.register
def _positions_arrays(layer: Positions, shaped: ShapedLayer) -> dict[str, Kept]:
    return {"weight": Kept("embedding")}


@make_layers.register
def _sequence_mean(layer: SequenceMean, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.GlobalAveragePooling1D(data_format=ORDER, name=shaped.name, dtype=dtype)]
