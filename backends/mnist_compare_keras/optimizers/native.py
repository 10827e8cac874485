"""Keras's own optimizers, for native mode, with Keras's defaults for what the recipe does not set."""

from functools import singledispatch
from typing import Any, ClassVar

import keras
import tensorflow as tf

from mnist_compare.errors import BackendError
from mnist_compare.recipe import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lion,
    NAdam,
    Optimizer,
    RMSprop,
)
from mnist_compare.recipe.mode import non_default_fields
from mnist_compare_keras.backend import BACKEND
from mnist_compare_keras.defaults import KERAS_DECAY
from mnist_compare_keras.optimizers.dispatch import MatchedOptimizer, make_optimizer

NAMES = {"beta1": "beta_1", "beta2": "beta_2", "first_sum": "initial_accumulator_value"}
"""What Keras calls a number of an optimizer."""
VANISHED = 1e-30
"""A product that is smaller counts for nothing beside 1."""


class _Native:
    """Gives one of Keras's own optimizers the slots by the names of the canonical layout."""

    names: ClassVar[dict[str, str]]

    @property
    def arrays(self) -> dict[str, list[Any]]:
        """The slots of all variables."""
        return {slot: getattr(self, name) for slot, name in self.names.items() if getattr(self, name, None)}

    def first_value(self, slot: str) -> float:
        """What a slot holds before the first step."""
        return 0.0

    def go_on(self, number: int) -> None:
        """Set what else it keeps, as it is after so many steps."""
        self.iterations.assign(number)  # type: ignore[attr-defined]


class NativeSGD(_Native, keras.optimizers.SGD):
    """Keras's SGD as it is."""

    names: ClassVar = {"momentum": "momentums"}


class NativeAdam(_Native, keras.optimizers.Adam):
    """Keras's Adam as it is."""

    names: ClassVar = {"first_moment": "_momentums", "second_moment": "_velocities"}


class NativeAdamW(_Native, keras.optimizers.AdamW):
    """Keras's AdamW as it is."""

    names: ClassVar = NativeAdam.names


class NativeNadam(_Native, keras.optimizers.Nadam):
    """Keras's Nadam as it is."""

    names: ClassVar = NativeAdam.names

    def go_on(self, number: int) -> None:
        """Set what else it keeps, as it is after so many steps: the product of the momenta, as Keras computes it."""
        super().go_on(number)
        product, dtype = tf.ones((), self._u_product.dtype), self._u_product.dtype
        for step in range(1, number + 1):
            product = product * self.beta_1 * (1.0 - 0.5 * tf.pow(tf.cast(0.96, dtype), tf.cast(step, dtype)))
            if product < VANISHED:
                break
        self._u_product.assign(product)


class NativeAdamax(_Native, keras.optimizers.Adamax):
    """Keras's Adamax as it is."""

    names: ClassVar = {"first_moment": "_m", "largest_gradient": "_u"}


class NativeAdadelta(_Native, keras.optimizers.Adadelta):
    """Keras's Adadelta as it is."""

    names: ClassVar = {"second_moment": "_accumulated_grads", "squared_update": "_accumulated_delta_vars"}


class NativeRMSprop(_Native, keras.optimizers.RMSprop):
    """Keras's RMSprop as it is."""

    names: ClassVar = {"second_moment": "_velocities", "first_moment": "_average_gradients", "momentum": "_momentums"}


class NativeAdagrad(_Native, keras.optimizers.Adagrad):
    """Keras's Adagrad as it is."""

    names: ClassVar = {"squared_sum": "_accumulators"}

    def first_value(self, slot: str) -> float:
        """What a slot holds before the first step."""
        return float(self.initial_accumulator_value)


class NativeLion(_Native, keras.optimizers.Lion):
    """Keras's Lion as it is."""

    names: ClassVar = {"first_moment": "_momentums"}


@singledispatch
def make_native_optimizer(recipe: Optimizer) -> Any:
    """Keras's own optimizer, with its defaults for what the recipe does not set. Each kind registers its own; raises
    BackendError for one that has none.
    """
    raise BACKEND.lacks("optimizer", recipe, "optimizers.native.make_native_optimizer")


@make_native_optimizer.register
def _sgd(recipe: SGD) -> Any:
    return NativeSGD(**_given(recipe))


@make_native_optimizer.register
def _adam(recipe: Adam) -> Any:
    return NativeAdam(**_given(recipe))


@make_native_optimizer.register
def _adamw(recipe: AdamW) -> Any:
    return NativeAdamW(**_given(recipe))


@make_native_optimizer.register
def _nadam(recipe: NAdam) -> Any:
    return NativeNadam(**_given(recipe))


@make_native_optimizer.register
def _adamax(recipe: Adamax) -> Any:
    return NativeAdamax(**_given(recipe))


@make_native_optimizer.register
def _adadelta(recipe: Adadelta) -> Any:
    return NativeAdadelta(**_given(recipe))


@make_native_optimizer.register
def _rmsprop(recipe: RMSprop) -> Any:
    return NativeRMSprop(**_given(recipe))


@make_native_optimizer.register
def _adagrad(recipe: Adagrad) -> Any:
    return NativeAdagrad(**_given(recipe))


@make_native_optimizer.register
def _lion(recipe: Lion) -> Any:
    return NativeLion(**_given(recipe))


def make_own_optimizer(recipe: Optimizer, defaults: frozenset[str]) -> MatchedOptimizer:
    """The optimizer that does as Keras's own in these defaults, and in all else as those of other frameworks."""
    optimizer = make_optimizer(recipe)
    optimizer.own = defaults
    return optimizer


def _given(recipe: Optimizer) -> dict[str, Any]:
    """What Keras is told of it, under its names; the learning rate is set before every step."""
    given = {NAMES.get(name, name): value for name, value in non_default_fields(recipe).items()}
    if given.pop("momentum_decay", KERAS_DECAY) != KERAS_DECAY:
        raise BackendError("Keras's Nadam has no momentum_decay. Leave it out of the recipe, or take --mode matched.")
    return given | {"learning_rate": 0.0}
