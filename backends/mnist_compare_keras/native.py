"""What Keras does by its own defaults, for native mode: its layers and its optimizers."""

from collections.abc import Set
from functools import singledispatch
from typing import Any, ClassVar

import keras

from mnist_compare.architecture import ChannelDropout, Dropout, Layer, ShapedLayer, StochasticDepth
from mnist_compare.defaults import ARITHMETIC, GENERATOR, concerned
from mnist_compare.experiment.interface import ExperimentInterface
from mnist_compare.recipe import SGD, Adam, AdamW, Optimizer
from mnist_compare.recipe.mode import non_default_fields
from mnist_compare_keras.backend import BACKEND
from mnist_compare_keras.defaults import OF_OPTIMIZERS
from mnist_compare_keras.layers import make_layers
from mnist_compare_keras.layers.dispatch import ORDER
from mnist_compare_keras.optimizers import MatchedOptimizer, make_optimizer

OF_LAYERS: dict[type[Layer], str] = {ChannelDropout: GENERATOR, Dropout: GENERATOR, StochasticDepth: GENERATOR}
"""The default that decides about a layer; about a kind that another package adds, `arithmetic` does."""


@singledispatch
def make_native_layers(layer: Layer, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    """The Keras layers of a layer, with Keras's own defaults for what the network does not set. A kind of layer of
    which Keras has no other defaults registers none.
    """
    return make_layers(layer, shaped, dtype)


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


class _Native:
    """Gives one of Keras's own optimizers the slots by the names of the canonical layout."""

    names: ClassVar[dict[str, str]]

    @property
    def arrays(self) -> dict[str, list[Any]]:
        """The slots of all variables."""
        return {slot: getattr(self, name) for slot, name in self.names.items() if getattr(self, name, None)}


class NativeSGD(_Native, keras.optimizers.SGD):
    """Keras's SGD as it is."""

    names: ClassVar = {"momentum": "momentums"}


class NativeAdam(_Native, keras.optimizers.Adam):
    """Keras's Adam as it is."""

    names: ClassVar = {"first_moment": "_momentums", "second_moment": "_velocities"}


class NativeAdamW(_Native, keras.optimizers.AdamW):
    """Keras's AdamW as it is."""

    names: ClassVar = NativeAdam.names


@singledispatch
def make_native_optimizer(recipe: Optimizer) -> Any:
    """Keras's own optimizer, with its defaults for what the recipe does not set. Each kind registers its own; raises
    BackendError for one that has none.
    """
    raise BACKEND.lacks("optimizer", recipe, "native.make_native_optimizer")


@make_native_optimizer.register
def _sgd(recipe: SGD) -> Any:
    return NativeSGD(**_given(recipe))


@make_native_optimizer.register
def _adam(recipe: Adam) -> Any:
    return NativeAdam(**_given(recipe))


@make_native_optimizer.register
def _adamw(recipe: AdamW) -> Any:
    return NativeAdamW(**_given(recipe))


def takes_native_optimizer(experiment: ExperimentInterface) -> bool:
    """Whether the experiment trains with Keras's own optimizer: one is Keras's in every default that there is of it."""
    found = {*concerned(BACKEND.defaults, experiment.architecture, experiment.recipe)}
    return ARITHMETIC in experiment.defaults and found.intersection(OF_OPTIMIZERS) <= experiment.defaults


def make_own_optimizer(recipe: Optimizer, defaults: frozenset[str]) -> MatchedOptimizer:
    """The optimizer that does as Keras's own in these defaults, and in all else as those of other frameworks."""
    optimizer = make_optimizer(recipe)
    optimizer.own = defaults
    return optimizer


def _given(recipe: Optimizer) -> dict[str, Any]:
    """What Keras is told of it, under its names; the learning rate is set before every step."""
    names = {"beta1": "beta_1", "beta2": "beta_2"}
    return {names.get(name, name): value for name, value in non_default_fields(recipe).items()} | {"learning_rate": 0.0}
