"""What all our Keras optimizers share, and how that of a recipe is found."""

from functools import singledispatch
from typing import Any

import keras
import tensorflow as tf

from mnist_compare.defaults import ARITHMETIC
from mnist_compare.recipe import Optimizer
from mnist_compare_keras.backend import BACKEND
from mnist_compare_keras.defaults import WEIGHT_DECAY


class MatchedOptimizer(keras.optimizers.Optimizer):
    """An optimizer made from the recipe's values. `rate` is the learning rate of the step, `number` its number from 1:
    tensors that are set before every step. `own` are the defaults in which it does as Keras's own optimizers do.
    """

    own: frozenset[str] = frozenset()
    rate: Any
    number: Any

    def __init__(self, recipe: Optimizer) -> None:
        super().__init__(learning_rate=0.0)
        self.recipe = recipe

    @property
    def slots(self) -> tuple[str, ...]:
        """What it remembers of each variable, by the names of the canonical layout."""
        return self.recipe.slots

    def build(self, variables: list[Any]) -> None:
        """Make the slots of all variables, as they are before the first step."""
        if self.built:
            return
        super().build(variables)
        self.arrays = {slot: [self._new_slot(v, slot) for v in variables] for slot in self.slots}

    def _new_slot(self, variable: Any, slot: str) -> Any:
        first = keras.initializers.Constant(self.first_value(slot))
        return self.add_variable_from_reference(variable, slot, initializer=first)

    def slot(self, name: str, variable: Any) -> Any:
        """The slot of that name of a variable."""
        return self.arrays[name][self._get_variable_index(variable)]

    def first_value(self, slot: str) -> float:
        """What a slot holds before the first step."""
        return self.recipe.first_values.get(slot, 0.0)

    def go_on(self, number: int) -> None:
        """Set what else it keeps, as it is after so many steps."""
        self.iterations.assign(number)

    def decayed(self, gradient: Any, variable: Any) -> Any:
        """The gradient with the weight decay added; where that is Keras's own, it is taken off the weight instead."""
        decay, dtype = getattr(self.recipe, "weight_decay", 0.0), variable.dtype
        if not decay:
            return gradient
        if WEIGHT_DECAY not in self.own:
            return gradient + decay * variable
        variable.assign(variable - variable * tf.cast(decay, dtype) * tf.cast(self.rate, dtype))
        return gradient

    def power(self, base: float, dtype: Any) -> Any:
        """The power of a number for this step: in float64, or in the type of the network as in Keras's own."""
        if ARITHMETIC in self.own:
            return tf.pow(tf.cast(base, dtype), tf.cast(self.number, dtype))
        return tf.pow(tf.constant(base, tf.float64), tf.cast(self.number, tf.float64))


@singledispatch
def make_optimizer(recipe: Optimizer) -> MatchedOptimizer:
    """The Keras optimizer of a recipe's. Each kind registers its own; raises BackendError for one that has none."""
    raise BACKEND.lacks("optimizer", recipe, "optimizers.make_optimizer")
