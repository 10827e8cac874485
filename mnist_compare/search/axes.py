"""The parts of a recipe in which settings vary: their values, or ranges from which values are drawn."""

import math
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import msgspec

from mnist_compare.errors import UsageError, unknown
from mnist_compare.io.extensions import CORE, load_extensions
from mnist_compare.io.registry import classes
from mnist_compare.randomness import uniform
from mnist_compare.recipe.optimizers import Optimizer
from mnist_compare.recipe.schedules import Schedule
from mnist_compare.search.common import PARTS
from mnist_compare.search.conditions import Values
from mnist_compare.search.range import Range

KINDS = {"optimizer": Optimizer, "schedule": Schedule}


class Axes(msgspec.Struct, frozen=True):
    """Parts of a recipe with lists of values, and others with ranges."""

    lists: dict[str, tuple[Any, ...]]
    ranges: dict[str, Range]

    @property
    def count(self) -> int:
        """How many combinations of the lists there are."""
        return math.prod(len(values) for values in self.lists.values())

    def all(self) -> Iterator[Values]:
        """Every combination of the lists; the last one varies fastest."""
        for chosen in product(*self.lists.values()):
            yield dict(zip(self.lists, chosen, strict=True))

    def drawn(self, seed: int, purpose: str, number: int) -> Values:
        """A value of each list and range, by streams of their own: the `number`-th draw needs none before it."""
        shares = {
            name: float(uniform(seed, f"{purpose} {name}", number, size=1)[0]) for name in (*self.lists, *self.ranges)
        }
        values = {name: values[int(shares[name] * len(values))] for name, values in self.lists.items()}
        return values | {name: one.at(shares[name]) for name, one in self.ranges.items()}


def find_axes(place: str, grid: Mapping[str, Any], ranges: Mapping[str, Range]) -> Axes:
    """The axes that stand at a place of a file; raises UsageError for names and ranges that cannot be."""
    lists: dict[str, tuple[Any, ...]] = {}
    for name, value in flat(grid):
        values = tuple(value) if isinstance(value, list | tuple) else (value,)
        if not values:
            raise UsageError(f"{place}: {name} has no value. Give one or more, or leave it out.")
        lists[_part(place, name)] = values
    found = {_part(place, name): one for name, one in flat(ranges)}
    for name, one in found.items():
        if name in lists:
            raise UsageError(f"{place}: {name} has a list of values and a range. Give one of them.")
        one.check(f"{place}: the range of {name}")
    return Axes(lists, found)


def flat(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names and values; optimizer.momentum without quotes is a table in a table."""
    for name, value in given.items():
        if name in KINDS and isinstance(value, dict) and "type" not in value:
            yield from ((f"{name}.{part}", one) for part, one in value.items())
        else:
            yield name, value


def _part(place: str, name: str) -> str:
    """The name of a part of a recipe; raises UsageError for any other."""
    if name == "optimizer.learning_rate":
        return "learning_rate"
    kind, dot, part = name.partition(".")
    if dot and kind in KINDS:
        if part not in _fields(KINDS[kind]):
            load_extensions(CORE)
        if part not in (valid := _fields(KINDS[kind])):
            raise unknown(f"part of a recipe in {place}:", name, [f"{kind}.{one}" for one in valid])
    elif name not in PARTS:
        raise unknown(f"part of a recipe in {place}:", name, PARTS, "Those of optimizer and schedule: optimizer.beta1.")
    return name


def _fields(base: type[Any]) -> list[str]:
    return list(dict.fromkeys(name for kind in classes(base).values() for name in kind.__struct_fields__))
