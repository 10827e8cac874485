"""What Paddle does by its own defaults, for native mode: its layers and its optimizers."""

from collections.abc import Set
from functools import singledispatch
from typing import Any

import paddle
from paddle import nn

from mnist_compare.architecture import ChannelDropout, Dropout, Layer, LocalResponseNorm, ShapedLayer, StochasticDepth
from mnist_compare.defaults import ARITHMETIC, GENERATOR
from mnist_compare.recipe import SGD, Adam, AdamW, Optimizer
from mnist_compare.recipe.mode import non_default_fields
from mnist_compare_paddle.backend import BACKEND
from mnist_compare_paddle.layers import make_layer

OF_LAYERS: dict[type[Layer], str] = {ChannelDropout: GENERATOR, Dropout: GENERATOR, StochasticDepth: GENERATOR}
"""The default that decides about a layer; about a kind that another package adds, `arithmetic` does."""


@singledispatch
def make_native_layer(layer: Layer, shaped: ShapedLayer) -> nn.Layer:
    """The Paddle layer of a layer, with Paddle's own defaults for what the network does not set. A kind of layer of
    which Paddle has no other defaults registers none.
    """
    return make_layer(layer, shaped)


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


@singledispatch
def make_native_optimizer(optimizer: Optimizer, parameters: list[Any]) -> Any:
    """The Paddle optimizer with Paddle's own defaults for what the recipe does not set. Each kind registers its own;
    raises BackendError for one that has none.
    """
    raise BACKEND.lacks("optimizer", optimizer, "native.make_native_optimizer")


@make_native_optimizer.register
def _sgd(optimizer: SGD, parameters: list[Any]) -> Any:
    given = _given(optimizer, parameters)
    if "nesterov" in given:
        given["use_nesterov"] = given.pop("nesterov")
    return (paddle.optimizer.Momentum if "momentum" in given else paddle.optimizer.SGD)(**given)


@make_native_optimizer.register
def _adam(optimizer: Adam, parameters: list[Any]) -> Any:
    return paddle.optimizer.Adam(**_given(optimizer, parameters))


@make_native_optimizer.register
def _adamw(optimizer: AdamW, parameters: list[Any]) -> Any:
    return paddle.optimizer.AdamW(**_given(optimizer, parameters))


def _given(optimizer: Optimizer, parameters: list[Any]) -> dict[str, Any]:
    """What Paddle is told of it; the learning rate is set before every step."""
    return non_default_fields(optimizer) | {"learning_rate": 0.0, "parameters": parameters}
