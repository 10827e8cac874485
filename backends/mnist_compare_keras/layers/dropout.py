"""Dropouts with given factors."""

from typing import Any

import keras

from mnist_compare.architecture import ChannelDropout, Dropout, ShapedLayer, StochasticDepth
from mnist_compare_keras.layers.dispatch import make_layers


class MaskedDropout(keras.layers.Layer):
    """Dropout whose factors (0 or 1 / (1 - rate)) are set for every batch, instead of drawn."""

    factors: Any = None

    def call(self, x: Any, training: bool = False) -> Any:
        """X times the factors in training, x in evaluation."""
        return x * keras.ops.cast(self.factors, x.dtype) if training else x


@make_layers.register
def _dropout(
    layer: ChannelDropout | Dropout | StochasticDepth, shaped: ShapedLayer, dtype: Any
) -> list[keras.layers.Layer]:
    return [MaskedDropout(name=shaped.name, dtype=dtype)]
