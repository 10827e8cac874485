"""How a network is trained, as data."""

from mnist_compare.recipe.recipe import (
    OPTIMIZERS,
    RECIPES,
    SGD,
    Adam,
    AdamW,
    Loss,
    Normalization,
    Optimizer,
    Precision,
    Recipe,
    find_recipe,
    read_recipe,
    slot_names,
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
    "slot_names",
]
