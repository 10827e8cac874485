"""Keras optimizers with the update rules of the papers, which torch and Paddle also use.

Keras's own `weight_decay` is decoupled in every optimizer; what else it does otherwise stands with each of them.
"""

from mnist_compare_keras.optimizers import adam, adaptive, lion, sgd
from mnist_compare_keras.optimizers.adam import MatchedAdam
from mnist_compare_keras.optimizers.dispatch import MatchedOptimizer, make_optimizer

__all__ = ["MatchedAdam", "MatchedOptimizer", "adam", "adaptive", "lion", "make_optimizer", "sgd"]
