"""What must hold of the numbers of a recipe, and one of several kinds of optimizer or schedule."""

import math
from typing import ClassVar

from mnist_compare.io.bounds import Plain

Rule = tuple[str, object, bool, str]
"""The name of a number, its value, whether it can be, and what is valid."""


class Choice(Plain, frozen=True, tag_field="type", forbid_unknown_fields=True):
    """One of several kinds, told apart by `type` in a file."""

    title: ClassVar[str]
    """What reports call it."""

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return []


def is_finite(value: float, least: float) -> bool:
    """Whether the number is finite and at least `least`."""
    return math.isfinite(value) and value >= least


def not_negative(name: str, value: float) -> Rule:
    """The rule of a number that is finite and at least 0."""
    return name, value, is_finite(value, 0), "must be a number of at least 0"


def below_one(name: str, value: float) -> Rule:
    """The rule of a number of at least 0 that is below 1."""
    return name, value, 0 <= value < 1, "must be at least 0 and below 1"
