"""Conditions of a grid: which settings are left out, and which vary in more."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from mnist_compare.errors import UsageError, unknown
from mnist_compare.errors.names import named

Values = dict[str, Any]
"""A setting: parts of a recipe, and the value of each."""
NETWORK = "architecture"
"""What a network is called in a condition."""


class Condition(msgspec.Struct, frozen=True):
    """Holds for settings that have, of each of these parts, one of these values; `place` is where it stands."""

    place: str
    wanted: dict[str, tuple[Any, ...]]

    def holds(self, network: str, values: Values) -> bool:
        """Whether it holds for a setting of a network."""
        have = values | {NETWORK: network}
        return all(name in have and any(_same(have[name], one) for one in valid) for name, valid in self.wanted.items())

    def check(self, known: Mapping[str, Sequence[Any]]) -> None:
        """Raise UsageError where it names a part or a value that no setting has; `known` has the values of each."""
        for name, wanted in self.wanted.items():
            if name not in known:
                raise unknown(f"part of a setting in {self.place}:", name, known, "Those of ranges are no conditions.")
            for value in wanted:
                if not any(_same(value, one) for one in known[name]):
                    valid = ", ".join(map(named, known[name]))
                    raise UsageError(f"{self.place}: no setting has {name} {named(value)}. Valid: {valid}.")


def find_condition(place: str, given: Mapping[str, Any]) -> Condition:
    """The condition in a table of a file; raises UsageError for an empty one."""
    if not given:
        raise UsageError(f"{place} has no condition: write parts of a setting with their values, as {NETWORK} = 'mlp'.")
    return Condition(place, {name: tuple(v) if isinstance(v, list | tuple) else (v,) for name, v in given.items()})


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal; True is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
