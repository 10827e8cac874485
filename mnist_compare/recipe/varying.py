"""In which fields the recipes of several trainings differ, and each of them in a few words."""

import re
from collections.abc import Iterable, Mapping

from mnist_compare.io.registry import tag_of
from mnist_compare.recipe.normalization import Standardize, normalization_words
from mnist_compare.recipe.recipe import Recipe
from mnist_compare.recipe.rules import Choice

Field = str | int | float | bool | None

RATE = "learning_rate"
SHORT = {RATE: "lr", "batch_size": "batch", "optimizer": "", "schedule": "", "normalization": "", "precision": ""}
"""What stands before a value in the name of a setting, where that is not the name of the field."""
MAX_LENGTH = 60
"""Of the words of a setting, in bytes: they stand in the names of folders, which have 255."""


def recipe_fields(recipe: Recipe) -> dict[str, Field]:
    """All that is said of a training by a recipe, by dotted names: "optimizer" is its kind, "optimizer.momentum" a
    number of it, and "learning_rate" that of the optimizer. Its name and source are left out, for they change nothing.

    >>> fields = recipe_fields(Recipe(optimizer=SGD(0.1)))
    >>> fields["optimizer"], fields["optimizer.momentum"], fields["learning_rate"], fields["batch_size"]
    ('sgd', 0.0, 0.1, 64)
    """
    found: dict[str, Field] = {}
    for name in recipe.__struct_fields__:
        value = getattr(recipe, name)
        if name in ("name", "source"):
            continue
        if isinstance(value, Choice):
            found[name] = tag_of(value)
            found |= {
                RATE if part == RATE else f"{name}.{part}": _plain(getattr(value, part))
                for part in value.__struct_fields__
            }
        else:
            found[name] = _plain(value)
    return found


def varying_fields(recipes: Iterable[Recipe]) -> dict[str, tuple[Field, ...]]:
    """The fields in which recipes differ, each with its values in the order in which they first appear. Of a field that
    only some have, such as the momentum of an optimizer, the values of those count.
    """
    found: dict[str, dict[Field, None]] = {}
    for recipe in recipes:
        for name, value in recipe_fields(recipe).items():
            found.setdefault(name, {})[value] = None
    return {name: tuple(values) for name, values in found.items() if len(values) > 1}


def own_values(recipes: Iterable[Recipe]) -> dict[Recipe, dict[str, Field]]:
    """Of each of several recipes, its own values of the fields in which they differ."""
    distinct = list(dict.fromkeys(recipes))
    varying = varying_fields(distinct)
    fields = {recipe: recipe_fields(recipe) for recipe in distinct}
    return {recipe: {name: own[name] for name in varying if name in own} for recipe, own in fields.items()}


def told(values: Mapping[str, Field]) -> str:
    """Such values in one line: "learning_rate 0.1, optimizer adam"."""
    words = [f"{name} {f'{value:g}' if isinstance(value, float) else value}" for name, value in values.items()]
    return ", ".join(words) or "the only setting"


def setting_words(recipes: Iterable[Recipe]) -> dict[Recipe, str]:
    """In a few words, what tells each of several recipes from the others, such as "lr0.01 adam"; nothing for one alone.

    They can stand in the name of a file. Where they are too long for that, they are a number: "setting7".
    """
    values = own_values(recipes)
    words = [" ".join(_word(name, value) for name, value in own.items()) for own in values.values()]
    long = any(len(text) > MAX_LENGTH for text in words) or len(set(words)) < len(words)
    return {
        recipe: f"setting{number}" if long else text
        for number, (recipe, text) in enumerate(zip(values, words, strict=True), 1)
    }


def _word(name: str, value: Field) -> str:
    last = name.rpartition(".")[2]
    if isinstance(value, bool):
        return last if value else f"no-{last}"
    text = f"{value:g}" if isinstance(value, float) else str("none" if value in (None, "") else value)
    return re.sub(r"[^\w.+-]+", "_", f"{SHORT.get(name, last)}{text}", flags=re.ASCII)


def _plain(value: object) -> Field:
    if isinstance(value, Standardize):
        return normalization_words(value)
    if isinstance(value, tuple):
        return ", ".join(one.describe() if isinstance(one, Choice) else str(one) for one in value)
    return value if isinstance(value, Field) else str(value)
