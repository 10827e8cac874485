"""Adam and its relatives as in the papers.

Keras's own Adam adds epsilon before the bias correction and computes powers of beta in float32; its Adamax adds epsilon
where the largest gradient is used, and not where it is kept.
"""

from typing import Any

import tensorflow as tf

from mnist_compare.defaults import ARITHMETIC
from mnist_compare.recipe import Adam, Adamax, AdamW, NAdam
from mnist_compare_keras.defaults import EPSILON, WEIGHT_DECAY
from mnist_compare_keras.optimizers.dispatch import MatchedOptimizer, make_optimizer


class MatchedAdam(MatchedOptimizer):
    """Adam with epsilon after the bias correction, and powers of beta in float64; otherwise as `own` has it."""

    recipe: Adam | AdamW

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


class MatchedNAdam(MatchedOptimizer):
    """NAdam."""

    recipe: NAdam

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of one variable."""
        recipe, dtype = self.recipe, variable.dtype
        gradient = self.decayed(gradient, variable)
        first, second = self.slot("first_moment", variable).value, self.slot("second_moment", variable).value
        first.assign(recipe.beta1 * first + (1 - recipe.beta1) * gradient)
        second.assign(recipe.beta2 * second + (1 - recipe.beta2) * tf.square(gradient))
        ahead = tf.cast(self._momentum(1) / (1 - self._product(1)), dtype)
        here = tf.cast((1 - self._momentum()) / (1 - self._product()), dtype)
        root = tf.sqrt(second / tf.cast(1 - self.power(recipe.beta2, dtype), dtype))
        mean = ahead * first + here * gradient
        return variable.assign_sub(tf.cast(self.rate, dtype) * mean / (root + recipe.epsilon))

    def _momentum(self, later: int = 0) -> Any:
        decay = tf.cast(self.number + later, tf.float64) * self.recipe.momentum_decay
        return self.recipe.beta1 * (1 - 0.5 * tf.pow(tf.constant(0.96, tf.float64), decay))

    def _product(self, later: int = 0) -> Any:
        products = self.recipe.momentum_products()
        return tf.gather(tf.constant(products), tf.minimum(self.number + later, len(products) - 1))


class MatchedAdamax(MatchedOptimizer):
    """Adamax."""

    recipe: Adamax

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of one variable."""
        recipe, dtype = self.recipe, variable.dtype
        gradient = self.decayed(gradient, variable)
        first, largest = self.slot("first_moment", variable).value, self.slot("largest_gradient", variable).value
        first.assign_add((gradient - first) * (1 - recipe.beta1))
        kept, added = (0.0, recipe.epsilon) if EPSILON in self.own else (recipe.epsilon, 0.0)
        largest.assign(tf.maximum(recipe.beta2 * largest, tf.abs(gradient) + kept))
        correction = tf.cast(1 - self.power(recipe.beta1, dtype), dtype)
        return variable.assign_sub(tf.cast(self.rate, dtype) * first / (correction * (largest + added)))


@make_optimizer.register
def _adam(recipe: Adam | AdamW) -> MatchedOptimizer:
    return MatchedAdam(recipe)


@make_optimizer.register
def _nadam(recipe: NAdam) -> MatchedOptimizer:
    return MatchedNAdam(recipe)


@make_optimizer.register
def _adamax(recipe: Adamax) -> MatchedOptimizer:
    return MatchedAdamax(recipe)
