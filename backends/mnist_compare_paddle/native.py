"""What Paddle does by its own defaults, for native mode: its layers."""

from collections.abc import Set
from functools import singledispatch

from paddle import nn

from mnist_compare.architecture import (
    AdaptiveAveragePooling,
    AveragePooling,
    ChannelDropout,
    Dropout,
    GlobalAveragePooling,
    Layer,
    LeakyReLU,
    LocalResponseNorm,
    ShapedLayer,
    StochasticDepth,
)
from mnist_compare.defaults import ARITHMETIC, GENERATOR
from mnist_compare_paddle.layers import make_layer
from mnist_compare_paddle.layers.pooling import make_adaptive_pooling, make_average_pooling

OF_LAYERS: dict[type[Layer], str] = {
    ChannelDropout: GENERATOR,
    Dropout: GENERATOR,
    LeakyReLU: "leaky-relu",
    StochasticDepth: GENERATOR,
}
"""The default that decides about a layer; about a kind that another package adds, `arithmetic` does."""


@singledispatch
def make_native_layer(layer: Layer, shaped: ShapedLayer) -> nn.Layer:
    """The Paddle layer of a layer, with Paddle's own defaults for what the network does not set. A kind of layer of
    which Paddle has no other defaults registers none.
    """
    return make_layer(layer, shaped)


@make_native_layer.register
def _leaky_relu(layer: LeakyReLU, shaped: ShapedLayer) -> nn.Layer:
    return nn.LeakyReLU(layer.slope)


@make_native_layer.register
def _average_pooling(layer: AveragePooling, shaped: ShapedLayer) -> nn.Layer:
    return make_average_pooling(layer, shaped)


@make_native_layer.register(AdaptiveAveragePooling)
@make_native_layer.register(GlobalAveragePooling)
def _adaptive_average_pooling(layer: AdaptiveAveragePooling | GlobalAveragePooling, shaped: ShapedLayer) -> nn.Layer:
    return make_adaptive_pooling(layer, shaped)


@make_native_layer.register
def _dropout(layer: Dropout, shaped: ShapedLayer) -> nn.Layer:
    return nn.Dropout(layer.rate)


@make_native_layer.register
def _stochastic_depth(layer: StochasticDepth, shaped: ShapedLayer) -> nn.Layer:
    return nn.Dropout(layer.rate, axis=0)


@make_native_layer.register
def _channel_dropout(layer: ChannelDropout, shaped: ShapedLayer) -> nn.Layer:
    return nn.Dropout2D(layer.rate)


@make_native_layer.register
def _local_response_norm(layer: LocalResponseNorm, shaped: ShapedLayer) -> nn.Layer:
    return nn.LocalResponseNorm(layer.size, layer.alpha, layer.beta, layer.k)


def make_own_layer(layer: Layer, shaped: ShapedLayer, defaults: Set[str]) -> nn.Layer:
    """Paddle's own layer where one of these defaults decides about it, else that of matched mode."""
    own = OF_LAYERS.get(type(layer), ARITHMETIC) in defaults
    return make_native_layer(layer, shaped) if own else make_layer(layer, shaped)
