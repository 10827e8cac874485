"""How a network is trained, as data."""

from mnist_compare.recipe.documented import RECIPES, find_recipe, read_recipe
from mnist_compare.recipe.optimizers import OPTIMIZERS, SGD, Adam, AdamW, Optimizer
from mnist_compare.recipe.recipe import Loss, Normalization, Precision, Recipe

__all__ = [
    "OPTIMIZERS",
    "RECIPES",
    "SGD",
    "Adam",
    "AdamW",
    "Loss",
    "Normalization",
    "Optimizer",
    "Precision",
    "Recipe",
    "find_recipe",
    "read_recipe",
]
