"""Optimizers as data: their numbers, what must hold of them, and what they remember of each parameter.

Where frameworks mean different things by one name, that of PyTorch is meant.
"""

from mnist_compare.recipe.optimizers.adam import Adam, Adamax, AdamW, NAdam
from mnist_compare.recipe.optimizers.adaptive import Adadelta, Adagrad, RMSprop
from mnist_compare.recipe.optimizers.base import Optimizer
from mnist_compare.recipe.optimizers.lion import Lion
from mnist_compare.recipe.optimizers.sgd import SGD

__all__ = [
    "OPTIMIZERS",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Lion",
    "NAdam",
    "Optimizer",
    "RMSprop",
]

OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": SGD(),
    "momentum": SGD(momentum=0.9),
    "nesterov": SGD(momentum=0.9, nesterov=True),
    "adam": Adam(),
    "adamw": AdamW(),
    "nadam": NAdam(),
    "adamax": Adamax(),
    "adadelta": Adadelta(),
    "rmsprop": RMSprop(),
    "centered_rmsprop": RMSprop(centered=True),
    "adagrad": Adagrad(),
    "lion": Lion(),
}
