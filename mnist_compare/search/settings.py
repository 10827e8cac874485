"""From a grid to the settings of each network: all combinations, or some that are drawn, under its conditions."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from mnist_compare.errors import UsageError
from mnist_compare.search.axes import Axes, find_axes
from mnist_compare.search.conditions import NETWORK, Condition, Values, find_condition
from mnist_compare.search.grid import Grid
from mnist_compare.search.range import Range

MOST_COMBINATIONS = 100_000
DRAWS = 20
"""So often a setting is drawn for each that is wanted, before there are no others."""


class Branch(msgspec.Struct, frozen=True):
    """Settings that meet the condition vary along further axes; where they vary along those already, only so."""

    condition: Condition
    axes: Axes


class Space(msgspec.Struct, frozen=True):
    """What a grid says of its settings."""

    axes: Axes
    branches: tuple[Branch, ...]
    exclusions: tuple[Condition, ...]

    @property
    def conditions(self) -> list[Condition]:
        """All of them."""
        return [*(branch.condition for branch in self.branches), *self.exclusions]

    def check(self, networks: Sequence[str]) -> None:
        """Raise UsageError for a condition that names what no setting has."""
        known: dict[str, list[Any]] = {NETWORK: list(networks)}
        for axes in (self.axes, *(branch.axes for branch in self.branches)):
            for name, values in axes.lists.items():
                known.setdefault(name, []).extend(values)
        for condition in self.conditions:
            condition.check(known)

    def all(self, network: str) -> list[Values]:
        """Every setting of a network, before any is left out."""
        found = list(self.axes.all())
        for branch in self.branches:
            further = list(branch.axes.all())
            found = [
                values | more
                for values in found
                for more in (further if branch.condition.holds(network, values) else [{}])
            ]
            _check_count(len(found))
        return found

    def drawn(self, network: str, seed: int, number: int) -> Values:
        """The `number`-th setting that is drawn for a network."""
        values = self.axes.drawn(seed, "sweep", number)
        for i, branch in enumerate(self.branches, 1):
            if branch.condition.holds(network, values):
                values |= branch.axes.drawn(seed, f"sweep when {i}", number)
        return values

    def excluded(self, network: str, values: Values) -> bool:
        """Whether a setting is left out."""
        return any(condition.holds(network, values) for condition in self.exclusions)


def find_settings(grid: Grid, networks: Sequence[str]) -> dict[str, list[Values]]:
    """The settings of each network, each once; raises UsageError where the grid says what cannot be."""
    space = _space(grid)
    space.check(networks)
    if grid.sample is not None:
        found = {network: _sample(space, network, grid.sample, grid.sample_seed) for network in networks}
    else:
        _check_count(space.axes.count)
        every = {network: space.all(network) for network in networks}
        _check_conditions(space, every)
        found = {
            network: _distinct(values for values in all_ if not space.excluded(network, values))
            for network, all_ in every.items()
        }
    for network, settings in found.items():
        if not settings:
            raise UsageError(f"exclude leaves no setting of network {network!r}: take some of it away.")
    return found


def _space(grid: Grid) -> Space:
    if grid.ranges and grid.sample is None:
        raise UsageError(
            f"ranges: of a range ({', '.join(grid.ranges)}) values are drawn at random. Say how many settings there "
            "are to be, such as sample = 20, or give a list of values below [grid]."
        )
    return Space(
        find_axes("grid" if grid.grid else "ranges", grid.grid, grid.ranges),
        tuple(_branch(f"when, number {i}", dict(given), grid) for i, given in enumerate(grid.when, 1)),
        tuple(find_condition(f"exclude, number {i}", given) for i, given in enumerate(grid.exclude, 1)),
    )


def _branch(place: str, given: dict[str, Any], grid: Grid) -> Branch:
    further, ranges = given.pop("grid", {}), given.pop("ranges", {})
    if not isinstance(further, dict) or not isinstance(ranges, dict) or not (further or ranges):
        raise UsageError(f"{place} says nothing that varies: write [when.grid] below it, and parts with their values.")
    if ranges and grid.sample is None:
        raise UsageError(f"{place}: ranges go with sample alone: give lists of values, or sample = 20.")
    try:
        found = msgspec.convert(ranges, dict[str, Range])
    except msgspec.ValidationError as error:
        raise UsageError(f"{place}: ranges must be tables with low and high: {error}.") from None
    return Branch(find_condition(place, given), find_axes(place, further, found))


def _check_conditions(space: Space, every: dict[str, list[Values]]) -> None:
    """Raise UsageError for a condition that holds for no setting at all."""
    for condition in space.conditions:
        if not any(condition.holds(network, values) for network, all_ in every.items() for values in all_):
            raise UsageError(f"{condition.place} matches no setting: no combination has all of its values.")


def _check_count(count: int) -> None:
    if count > MOST_COMBINATIONS:
        raise UsageError(
            f"The grid has {count:,} combinations, of which {MOST_COMBINATIONS:,} are the most. Give fewer values, or "
            "draw some of them at random: sample = 20."
        )


def _sample(space: Space, network: str, wanted: int, seed: int) -> list[Values]:
    """So many different settings, in the order in which they are drawn."""
    found: dict[bytes, Values] = {}
    for number in range(wanted * DRAWS):
        values = space.drawn(network, seed, number)
        if not space.excluded(network, values):
            found.setdefault(_identity(values), values)
        if len(found) == wanted:
            return list(found.values())
    raise UsageError(
        f"sample is {wanted:,}, but {wanted * DRAWS:,} draws gave {len(found):,} different settings of network "
        f"{network!r}: give a smaller sample, or more values; without sample and ranges all combinations are taken."
    )


def _distinct(settings: Iterable[Values]) -> list[Values]:
    return list({_identity(values): values for values in settings}.values())


def _identity(values: Values) -> bytes:
    return msgspec.json.encode(values, order="sorted")
