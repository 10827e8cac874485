"""How a network is trained, as data."""

from mnist_compare.recipe.optimizers import OPTIMIZERS, SGD, Adam, AdamW, Optimizer
from mnist_compare.recipe.recipe import (
    RECIPES,
    Loss,
    Normalization,
    Precision,
    Recipe,
    find_recipe,
    read_recipe,
)

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
