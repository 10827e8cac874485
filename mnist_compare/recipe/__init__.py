"""How a network is trained, as data."""

from mnist_compare.recipe.documented import RECIPES, find_recipe, read_recipe
from mnist_compare.recipe.normalization import Normalization, Standardize
from mnist_compare.recipe.optimizers import (
    OPTIMIZERS,
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
from mnist_compare.recipe.recipe import Loss, Precision, Recipe

__all__ = [
    "OPTIMIZERS",
    "RECIPES",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Lion",
    "Loss",
    "NAdam",
    "Normalization",
    "Optimizer",
    "Precision",
    "RMSprop",
    "Recipe",
    "Standardize",
    "find_recipe",
    "read_recipe",
]
