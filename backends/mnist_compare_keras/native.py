"""What Keras does by its own defaults, for native mode: its layers."""

from collections.abc import Set
from functools import singledispatch
from typing import Any

import keras

from mnist_compare.architecture import ChannelDropout, Convolution, Dropout, Layer, ShapedLayer, StochasticDepth
from mnist_compare.defaults import ARITHMETIC, GENERATOR
from mnist_compare_keras.layers import make_layers
from mnist_compare_keras.layers.convolution import make_convolution
from mnist_compare_keras.layers.dispatch import ORDER

OF_LAYERS: dict[type[Layer], str] = {ChannelDropout: GENERATOR, Dropout: GENERATOR, StochasticDepth: GENERATOR}
"""The default that decides about a layer; about a kind that another package adds, `arithmetic` does."""


@singledispatch
def make_native_layers(layer: Layer, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    """The Keras layers of a layer, with Keras's own defaults for what the network does not set. A kind of layer of
    which Keras has no other defaults registers none.
    """
    return make_layers(layer, shaped, dtype)


@make_native_layers.register
def _convolution(layer: Convolution, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return make_convolution(layer, shaped, dtype, keras.layers.Conv2D)


@make_native_layers.register
def _dropout(layer: Dropout, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.Dropout(layer.rate, name=shaped.name, dtype=dtype)]


@make_native_layers.register
def _channel_dropout(layer: ChannelDropout, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    dropout = keras.layers.SpatialDropout2D
    return [dropout(layer.rate, data_format=ORDER, name=shaped.name, dtype=dtype)]


@make_native_layers.register
def _stochastic_depth(layer: StochasticDepth, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    whole = (None, *(1 for _ in shaped.input_shape))
    return [keras.layers.Dropout(layer.rate, noise_shape=whole, name=shaped.name, dtype=dtype)]


def make_own_layers(layer: Layer, shaped: ShapedLayer, dtype: Any, defaults: Set[str]) -> list[keras.layers.Layer]:
    """Keras's own layers where one of these defaults decides about them, else those of matched mode."""
    own = OF_LAYERS.get(type(layer), ARITHMETIC) in defaults
    return make_native_layers(layer, shaped, dtype) if own else make_layers(layer, shaped, dtype)
