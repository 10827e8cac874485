"""What must hold of the numbers of a recipe, and one of several kinds of optimizer or schedule."""

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar, TypeVar

from mnist_compare.errors import UsageError, unknown
from mnist_compare.io.registry import Tagged, classes, find_class, tag_of
from mnist_compare.recipe.mode import non_default_fields

Rule = tuple[str, object, bool, str]
"""The name of a number, its value, whether it can be, and what is valid."""


class Choice(Tagged, frozen=True):
    """One of several kinds, told apart by `type` in a file."""

    title: ClassVar[str] = ""
    """What reports call it; without one, by its `type`."""

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return []

    def describe(self, *, rate: bool = True) -> str:
        """Its title, learning rate and all that is not as by default: "SGD (learning rate 0.01)"."""
        changed = non_default_fields(self)
        told = [
            _setting_words(name, getattr(self, name))
            for name in self.__struct_fields__
            if (rate if name == "learning_rate" else name in changed)
        ]
        title = self.title or tag_of(self).replace("_", " ")
        return f"{title} ({', '.join(told)})" if told else title


def _setting_words(name: str, value: object) -> str:
    if isinstance(value, bool):
        return name.replace("_", " ") if value else f"no {name.replace('_', ' ')}"
    if isinstance(value, tuple):
        value = ", ".join(map(str, value))
    return f"{name.replace('_', ' ')} {f'{value:g}' if isinstance(value, int | float) else value}"


Kind = TypeVar("Kind", bound=Choice)


def find_choice(field: str, name: str, base: type[Kind], presets: Mapping[str, Kind]) -> Kind:
    """The preset of that name, or else the class of that tag with its defaults; raises UsageError where there is none.

    `field` is what it is: "optimizer" or "schedule".
    """
    if name in presets:
        return presets[name]
    kind = find_class(base, name)
    if kind is None:
        raise unknown(field, name, [*presets, *(tag for tag in classes(base) if tag not in presets)])
    try:
        return kind()
    except TypeError as error:
        raise UsageError(f"{field} {name!r} needs settings, as a table in the file of a recipe: {error}.") from None


def placed(where: str, rules: Sequence[Rule]) -> list[Rule]:
    """The rules with the place of their numbers, since others share names: "schedule (plateau): patience"."""
    return [(in_place(where, name), value, valid, text) for name, value, valid, text in rules]


def in_place(where: str, name: str) -> str:
    """The name of a number with its place; the learning rate is an option of its own, and has no namesake."""
    return name if name == "learning_rate" else f"{where}: {name}"


def is_finite(value: float, least: float) -> bool:
    """Whether the number is finite and at least `least`."""
    return math.isfinite(value) and value >= least


def not_negative(name: str, value: float) -> Rule:
    """The rule of a number that is finite and at least 0."""
    return name, value, is_finite(value, 0), "must be a number of at least 0"


def below_one(name: str, value: float) -> Rule:
    """The rule of a number of at least 0 that is below 1."""
    return name, value, 0 <= value < 1, "must be at least 0 and below 1"
