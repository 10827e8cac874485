"""SGD with the velocity of the papers: Keras's own takes the learning rate into it."""

from typing import Any

import tensorflow as tf

from mnist_compare.recipe import SGD
from mnist_compare_keras.defaults import MOMENTUM_FORM
from mnist_compare_keras.optimizers.dispatch import MatchedOptimizer, make_optimizer


class MatchedSGD(MatchedOptimizer):
    """v = momentum v + g; w -= lr v."""

    recipe: SGD

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of one variable."""
        rate = tf.cast(self.rate, variable.dtype)
        gradient = self.decayed(gradient, variable)
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


@make_optimizer.register
def _sgd(recipe: SGD) -> MatchedOptimizer:
    return MatchedSGD(recipe)
