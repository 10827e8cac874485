"""Lion."""

from typing import Any

import tensorflow as tf

from mnist_compare.recipe import Lion
from mnist_compare_keras.optimizers.dispatch import MatchedOptimizer, make_optimizer


class MatchedLion(MatchedOptimizer):
    """Lion, whose weight decay is decoupled in Keras too."""

    recipe: Lion

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of one variable."""
        recipe, rate = self.recipe, tf.cast(self.rate, variable.dtype)
        first = self.slot("first_moment", variable).value
        if recipe.weight_decay:
            variable.assign(variable - variable * tf.cast(recipe.weight_decay, variable.dtype) * rate)
        variable.assign_sub(rate * tf.sign(first * recipe.beta1 + gradient * (1 - recipe.beta1)))
        first.assign(first * recipe.beta2 + gradient * (1 - recipe.beta2))


@make_optimizer.register
def _lion(recipe: Lion) -> MatchedOptimizer:
    return MatchedLion(recipe)
