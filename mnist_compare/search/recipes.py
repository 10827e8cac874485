"""From a setting to the recipe of a network."""

from collections.abc import Mapping, Sequence
from typing import Any, get_type_hints

import msgspec
from msgspec.structs import replace

from mnist_compare.architecture import Architecture
from mnist_compare.errors import MnistCompareError, UsageError
from mnist_compare.errors.names import named
from mnist_compare.io.decoding import explain
from mnist_compare.io.registry import decode_open, tag_of
from mnist_compare.recipe import Recipe
from mnist_compare.recipe.augmentations.choice import NONE
from mnist_compare.runner.networks import base_recipe, check_training
from mnist_compare.runner.request import Request
from mnist_compare.search.conditions import Values

FIRST = ("optimizer", "schedule")
"""Parts that others are parts of."""


class SettingRecipes:
    """Gives the recipes of each network by its settings: what a plan asks for. Equal ones are one."""

    def __init__(self, settings: Mapping[str, Sequence[Values]]) -> None:
        self._settings = settings

    def __call__(self, request: Request, architecture: Architecture) -> list[Recipe]:
        """The recipes of a network that is fitted to its data; raises UsageError that names the setting."""
        base = base_recipe(request, architecture)
        found: dict[Recipe, None] = {}
        for values in self._settings[architecture.name]:
            try:
                recipe = _applied(base, values)
                check_training(architecture, recipe)
            except MnistCompareError as error:
                raise UsageError(f"Setting {setting_text(values)} of network {architecture.name!r}: {error}") from None
            found[recipe] = None
        return list(found)


def setting_text(values: Values) -> str:
    """A setting in one line, as in "learning_rate = 0.1, optimizer = 'sgd'"."""
    return ", ".join(f"{name} = {named(value)}" for name, value in values.items())


def _applied(recipe: Recipe, values: Values) -> Recipe:
    """The recipe with these parts; raises UsageError for what cannot be."""
    kinds = {name: _value(name, values[name]) for name in FIRST if name in values}
    changed = recipe.changed(**kinds)
    for name, value in values.items():
        kind, dot, part = name.partition(".")
        if dot:
            changed = _with_part(changed, kind, part, value)
    plain = {name: _value(name, value) for name, value in values.items() if name not in FIRST and "." not in name}
    return changed.changed(**plain)


def _with_part(recipe: Recipe, kind: str, part: str, value: Any) -> Recipe:
    whole = getattr(recipe, kind)
    if part not in whole.__struct_fields__:
        raise UsageError(
            f"{kind} {tag_of(whole)!r} has no {part}, but {', '.join(whole.__struct_fields__) or 'nothing to set'}. "
            f'In a sweep let it vary for others alone: [[when]], below it {kind} = "...", and [when.grid] with '
            f"{kind}.{part}."
        )
    value = tuple(value) if isinstance(value, list) else value
    return replace(recipe, **{kind: replace(whole, **{part: value})}).check()


def _value(name: str, value: Any) -> Any:
    """The value of a part as a recipe holds it: what stands in a file as a table or a list is made of that."""
    if name == "freeze" and isinstance(value, str):
        return () if value == NONE else (value,)
    if not isinstance(value, dict | list):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    kind = get_type_hints(Recipe)[name]
    try:
        return msgspec.convert(value, kind, dec_hook=decode_open)
    except msgspec.ValidationError as error:
        told = explain(value, kind) or str(error)
        raise UsageError(f"{name}{'' if told.startswith(',') else ': '}{told}.") from None
