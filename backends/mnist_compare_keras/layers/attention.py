"""Attention."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mnist_compare.architecture import Attention, Shape, ShapedLayer
from mnist_compare.experiment.layout import Kept
from mnist_compare_keras.layers.dispatch import kept_arrays, make_layers


@keras.saving.register_keras_serializable("mnist_compare")
class SelfAttention(keras.layers.MultiHeadAttention):
    """Keras's own, of one sequence: that is query, key and value."""

    def __init__(self, num_heads: int, key_dim: int, **others: Any) -> None:
        super().__init__(num_heads, key_dim, **others)
        # A number of Python is made float32 before it is made float64: scores would be 1e-8 off.
        self._inverse_sqrt_key_dim = np.float64(key_dim) ** -0.5

    def build(self, shape: Any) -> None:
        """Make the variables."""
        super().build(shape, shape)

    def call(self, x: Any, training: bool | None = None) -> Any:
        """Attention within x [N, length, width]."""
        if self._key_dim > 1:
            return super().call(x, x, training=training)
        # Keras adds biases [heads, 1] to the positions in place of the heads, where there are as many of them.
        dense = (self._query_dense, self._key_dense, self._value_dense)
        parts = [tf.add(keras.ops.einsum(one.equation, x, one.kernel), one.bias.value) for one in dense]
        return self._output_dense(self._compute_attention(*parts, training=training)[0])

    def compute_output_shape(self, shape: Any) -> Any:
        """That of the input."""
        return shape

    def compute_output_spec(self, x: Any, training: bool | None = None) -> Any:
        """That of the input."""
        return keras.KerasTensor(x.shape, dtype=self.compute_dtype)


@make_layers.register
def _attention(layer: Attention, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    width = shaped.input_shape[1]
    return [SelfAttention(layer.heads, width // layer.heads, name=shaped.name, dtype=dtype)]


@kept_arrays.register
def _attention_arrays(layer: Attention, shaped: ShapedLayer) -> dict[str, Kept]:
    """Keras keeps weights as [in, heads, features of a head], and that of the output as [heads, features, out]."""
    width = shaped.input_shape[1]
    split = (layer.heads, width // layer.heads)
    found = {"out_weight": _turned("output_dense.kernel", (*split, width)), "out_bias": Kept("output_dense.bias")}
    for name in ("query", "key", "value"):
        found[f"{name}_weight"] = _turned(f"{name}_dense.kernel", (width, *split))
        found[f"{name}_bias"] = Kept(f"{name}_dense.bias", lambda b: b.reshape(split), lambda b: b.reshape(width))
    return found


def _turned(name: str, shape: Shape) -> Kept:
    """A weight [out, in] kept as [in, out], with one of both cut into heads."""
    return Kept(name, lambda w: w.T.reshape(shape), lambda w: w.reshape(int(w.size**0.5), -1).T)
