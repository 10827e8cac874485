"""Keras optimizers with the update rules of the papers, which torch and Paddle also use.

Keras's own SGD takes the learning rate into the velocity, its Adam adds epsilon before the bias correction
and computes powers of beta in float32, and its `weight_decay` is decoupled in every optimizer.
"""

from functools import singledispatch
from typing import Any

import keras
import tensorflow as tf

from mnist_compare.defaults import ARITHMETIC
from mnist_compare.recipe import SGD, Adam, AdamW, Optimizer
from mnist_compare_keras.backend import BACKEND
from mnist_compare_keras.defaults import EPSILON, MOMENTUM_FORM, WEIGHT_DECAY


class MatchedOptimizer(keras.optimizers.Optimizer):
    """An optimizer made from the recipe's values. `rate` is the learning rate of the step, `number` its number from 1:
    tensors that are set before every step. `own` are the defaults in which it does as Keras's own optimizers do.
    """

    slots: tuple[str, ...] = ()
    own: frozenset[str] = frozenset()
    rate: Any
    number: Any

    def __init__(self, recipe: Optimizer) -> None:
        super().__init__(learning_rate=0.0)
        self.recipe = recipe

    def build(self, variables: list[Any]) -> None:
        """Make the slots of all variables, zero."""
        if self.built:
            return
        super().build(variables)
        self.arrays = {slot: [self.add_variable_from_reference(v, slot) for v in variables] for slot in self.slots}

    def slot(self, name: str, variable: Any) -> Any:
        """The slot of that name of a variable."""
        return self.arrays[name][self._get_variable_index(variable)]


class MatchedSGD(MatchedOptimizer):
    """v = momentum v + g; w -= lr v."""

    recipe: SGD

    @property
    def slots(self) -> tuple[str, ...]:  # type: ignore[override]
        """The velocity, where there is momentum."""
        return ("momentum",) if self.recipe.momentum else ()

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of one variable."""
        rate = tf.cast(self.rate, variable.dtype)
        if self.recipe.weight_decay and WEIGHT_DECAY in self.own:
            variable.assign(variable - variable * tf.cast(self.recipe.weight_decay, variable.dtype) * rate)
        elif self.recipe.weight_decay:
            gradient = gradient + self.recipe.weight_decay * variable
        if not self.recipe.momentum:
            return variable.assign_sub(rate * gradient)
        velocity = self.slot("momentum", variable).value
        if MOMENTUM_FORM in self.own:
            momentum = tf.cast(self.recipe.momentum, variable.dtype)
            velocity.assign(velocity * momentum - gradient * rate)
            ahead = velocity * momentum - gradient * rate
            return variable.assign_add(ahead if self.recipe.nesterov else velocity)
        velocity.assign(self.recipe.momentum * velocity + gradient)
        direction = gradient + self.recipe.momentum * velocity if self.recipe.nesterov else velocity
        return variable.assign_sub(rate * direction)


class MatchedAdam(MatchedOptimizer):
    """Adam with epsilon after the bias correction, and powers of beta in float64; otherwise as `own` has it."""

    recipe: Adam | AdamW
    slots = ("first_moment", "second_moment")

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of one variable."""
        recipe, dtype = self.recipe, variable.dtype
        if recipe.weight_decay and (isinstance(recipe, AdamW) or WEIGHT_DECAY in self.own):
            self._decay(variable)
        elif recipe.weight_decay:
            gradient = gradient + recipe.weight_decay * variable
        first, second = self.slot("first_moment", variable).value, self.slot("second_moment", variable).value
        if ARITHMETIC in self.own:
            return self._own_step(gradient, variable, first, second)
        # Not `second + (square - second) * (1 - beta2)`: a small square beside a large moment would lose its digits.
        first.assign(recipe.beta1 * first + (1 - recipe.beta1) * gradient)
        second.assign(recipe.beta2 * second + (1 - recipe.beta2) * tf.square(gradient))
        number = tf.cast(self.number, tf.float64)
        correction1 = 1 - tf.pow(tf.constant(recipe.beta1, tf.float64), number)
        correction2 = tf.sqrt(1 - tf.pow(tf.constant(recipe.beta2, tf.float64), number))
        scale = tf.cast(self.rate / correction1, dtype)
        epsilon = tf.cast(recipe.epsilon / correction2, dtype) if EPSILON in self.own else recipe.epsilon
        return variable.assign_sub(scale * first / (tf.sqrt(second) / tf.cast(correction2, dtype) + epsilon))

    def _decay(self, variable: Any) -> None:
        """The weight decay that is taken off the weight."""
        decay, dtype = self.recipe.weight_decay, variable.dtype
        if ARITHMETIC in self.own:
            variable.assign(variable - variable * tf.cast(decay, dtype) * tf.cast(self.rate, dtype))
        else:
            variable.assign_sub(tf.cast(self.rate * decay, dtype) * variable)

    def _own_step(self, gradient: Any, variable: Any, first: Any, second: Any) -> None:
        """The same in the sums of Keras's own Adam, which are rounded otherwise."""
        recipe, dtype = self.recipe, variable.dtype
        number = tf.cast(self.number, dtype)
        correction1 = 1 - tf.pow(tf.cast(recipe.beta1, dtype), number)
        correction2 = tf.sqrt(1 - tf.pow(tf.cast(recipe.beta2, dtype), number))
        first.assign_add((gradient - first) * (1 - recipe.beta1))
        second.assign_add((tf.square(gradient) - second) * (1 - recipe.beta2))
        epsilon = recipe.epsilon if EPSILON in self.own else recipe.epsilon * correction2
        scale = tf.cast(self.rate, dtype) * correction2 / correction1
        return variable.assign_sub(first * scale / (tf.sqrt(second) + epsilon))


@singledispatch
def make_optimizer(recipe: Optimizer) -> MatchedOptimizer:
    """The Keras optimizer of a recipe's. Each kind registers its own; raises BackendError for one that has none."""
    raise BACKEND.lacks("optimizer", recipe, "optimizers.make_optimizer")


@make_optimizer.register
def _sgd(recipe: SGD) -> MatchedOptimizer:
    return MatchedSGD(recipe)


@make_optimizer.register
def _adam(recipe: Adam | AdamW) -> MatchedOptimizer:
    return MatchedAdam(recipe)
