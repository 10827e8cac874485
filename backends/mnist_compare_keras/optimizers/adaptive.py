"""Adadelta, RMSprop and Adagrad: the sums are those of Keras's own.

Keras's own RMSprop and Adagrad add epsilon in the root, and its RMSprop takes the learning rate into the velocity.
"""

from typing import Any

import tensorflow as tf

from mnist_compare.recipe import Adadelta, Adagrad, RMSprop
from mnist_compare_keras.defaults import EPSILON, MOMENTUM_FORM
from mnist_compare_keras.optimizers.dispatch import MatchedOptimizer, make_optimizer


class MatchedAdadelta(MatchedOptimizer):
    """Adadelta."""

    recipe: Adadelta

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of one variable."""
        rho, epsilon = self.recipe.rho, self.recipe.epsilon
        gradient = self.decayed(gradient, variable)
        second, updates = self.slot("second_moment", variable).value, self.slot("squared_update", variable).value
        second.assign(rho * second + (1 - rho) * tf.square(gradient))
        change = tf.sqrt(updates + epsilon) * gradient / tf.sqrt(second + epsilon)
        updates.assign(rho * updates + (1 - rho) * tf.square(change))
        return variable.assign_sub(tf.cast(self.rate, variable.dtype) * change)


class _WithRoot(MatchedOptimizer):
    """Those that divide by the root of a sum of squares."""

    def root(self, squares: Any) -> Any:
        """The root, with epsilon added to it; in Keras's own it is added to the sum."""
        epsilon = self.recipe.epsilon  # type: ignore[attr-defined]
        return tf.sqrt(squares + epsilon) if EPSILON in self.own else tf.sqrt(squares) + epsilon


class MatchedRMSprop(_WithRoot):
    """RMSprop."""

    recipe: RMSprop

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of one variable."""
        recipe, rate = self.recipe, tf.cast(self.rate, variable.dtype)
        gradient = self.decayed(gradient, variable)
        second = self.slot("second_moment", variable).value
        second.assign(recipe.rho * second + (1 - recipe.rho) * tf.square(gradient))
        spread = second
        if recipe.centered:
            first = self.slot("first_moment", variable).value
            first.assign(recipe.rho * first + (1 - recipe.rho) * gradient)
            spread = second - tf.square(first)
        if not recipe.momentum:
            return variable.assign_sub(rate * gradient / self.root(spread))
        velocity = self.slot("momentum", variable).value
        if MOMENTUM_FORM in self.own:
            velocity.assign(recipe.momentum * velocity + rate * gradient / self.root(spread))
            return variable.assign_sub(velocity)
        velocity.assign(recipe.momentum * velocity + gradient / self.root(spread))
        return variable.assign_sub(rate * velocity)


class MatchedAdagrad(_WithRoot):
    """Adagrad."""

    recipe: Adagrad

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of one variable."""
        gradient = self.decayed(gradient, variable)
        squares = self.slot("squared_sum", variable).value
        squares.assign_add(tf.square(gradient))
        return variable.assign_sub(tf.cast(self.rate, variable.dtype) * gradient / self.root(squares))


@make_optimizer.register
def _adadelta(recipe: Adadelta) -> MatchedOptimizer:
    return MatchedAdadelta(recipe)


@make_optimizer.register
def _rmsprop(recipe: RMSprop) -> MatchedOptimizer:
    return MatchedRMSprop(recipe)


@make_optimizer.register
def _adagrad(recipe: Adagrad) -> MatchedOptimizer:
    return MatchedAdagrad(recipe)
