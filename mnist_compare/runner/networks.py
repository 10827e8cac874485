"""The networks that a request names, and how each of them is trained."""

from collections.abc import Sequence
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from mnist_compare.architecture import Architecture
from mnist_compare.architecture.documented import ARCHITECTURES, NETWORKS, check_name, default_recipe, find_architecture
from mnist_compare.architecture.freezing import frozen_layers
from mnist_compare.architecture.rounding import check_rounded
from mnist_compare.data import Dataset
from mnist_compare.errors import UsageError
from mnist_compare.errors.names import named
from mnist_compare.recipe import RECIPES, Recipe, find_recipe
from mnist_compare.recipe.augmentations.choice import NONE
from mnist_compare.runner.asked import each
from mnist_compare.runner.request import Request

DEFAULT_EPOCHS = 3
SEVERAL = ("optimizer", "learning_rate", "batch_size", "schedule")
"""Of these parts of a recipe several values may be asked for; the first varies slowest."""

MOST_RECIPES = 1000


def find_architectures(wanted: Sequence[str | Path | Architecture]) -> list[Architecture]:
    """The networks of names, files, values and `all`; raises UsageError where two share a name."""
    found: dict[str, Architecture] = {}
    for architecture in (one for item in wanted for one in _architectures(item)):
        architecture.check_values()
        check_name(architecture.name)
        if found.setdefault(architecture.name, architecture) != architecture:
            raise UsageError(f"Two architectures are called {architecture.name!r}: give one of them another name.")
    if not found:
        raise UsageError(f"No architecture given. Valid: {', '.join(NETWORKS)}, all, or the path of a .toml file.")
    return list(found.values())


def _architectures(wanted: str | Path | Architecture) -> list[Architecture]:
    if wanted == "all":
        return list(ARCHITECTURES.values())
    return [wanted if isinstance(wanted, Architecture) else find_architecture(str(wanted))]


def recipes_of(request: Request, architecture: Architecture) -> list[Recipe]:
    """The recipes that an architecture, fitted to its data, is trained by, changed as asked: one, or one for each
    combination of the values that are asked for, each once.

    Raises UsageError where a recipe and the network, or the data, do not fit.
    """
    choices = {name: _choices(name, getattr(request, name)) for name in SEVERAL}
    if (count := prod(map(len, choices.values()))) > MOST_RECIPES:
        raise UsageError(f"{', '.join(SEVERAL)} have {count:,} combinations, of which {MOST_RECIPES:,} are the most.")
    base = base_recipe(request, architecture)
    recipes = [base.changed(**dict(zip(choices, chosen, strict=True))) for chosen in product(*choices.values())]
    for recipe in recipes:
        check_training(architecture, recipe)
    return list(dict.fromkeys(recipes))


def base_recipe(request: Request, architecture: Architecture) -> Recipe:
    """The recipe of an architecture, with all that a request changes in it and has one value for."""
    asked = request.recipe
    recipe = find_recipe(str(asked)) if isinstance(asked, str | Path) else asked or default_recipe(architecture)
    changed = recipe.changed(
        epochs=_epochs(request.epochs, recipe),
        precision=request.precision,
        normalization=request.normalization,
        shuffle=request.shuffle,
        augmentation=request.augmentation or None,
        freeze=frozen_patterns(request.freeze),
        patience=request.patience,
        monitor=request.monitor,
        validation_split=0.0 if _is_validation_given(request) else None,
    )
    if request.relay and changed.patience:
        raise UsageError(
            f"Recipe {named(changed.name)}: patience {changed.patience} does not go with a relay, in which each "
            "backend trains for one epoch: leave out --relay, or give --patience 0."
        )
    return changed


def check_training(architecture: Architecture, recipe: Recipe) -> None:
    """Raise UsageError where a recipe and a network, fitted to its data, do not go together."""
    check_rounded(architecture)
    frozen_layers(architecture, recipe.freeze)
    recipe.check_output(architecture.name, architecture.output)
    recipe.check_data(architecture.input_shape[0], architecture.classes)


def frozen_patterns(asked: str | Sequence[str]) -> tuple[str, ...] | None:
    """Which layers stay as they are instead of the recipe's; None keeps those."""
    patterns = each(asked)
    return () if patterns == (NONE,) else patterns or None


def _choices(name: str, asked: Any) -> tuple[Any, ...]:
    """The values that are asked for; None alone keeps the recipe's."""
    found = (None,) if asked is None else each(asked)
    if not found and not isinstance(asked, str):
        raise UsageError(f"No {name} given. Give one or more, or leave {name} out.")
    return found or (asked,)


def _is_validation_given(request: Request) -> bool:
    """Whether the images for validation are chosen already, so that the recipe's share of them means nothing."""
    data = request.dataset
    return request.validation is not None or (isinstance(data, Dataset) and data.count("validation") > 0)


def _epochs(asked: int | str | None, recipe: Recipe) -> int | None:
    """How many epochs instead of the recipe's; None keeps those."""
    if isinstance(asked, int):
        return asked
    if asked is not None and asked != "documented":
        raise UsageError(f"epochs must be a number or `documented` (it is {asked!r}).")
    return min(DEFAULT_EPOCHS, recipe.epochs) if asked is None and RECIPES.get(recipe.name) == recipe else None
