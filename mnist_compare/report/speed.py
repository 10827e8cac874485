"""Who trained how many times faster: never across machines, only where the training is the same, and with its range."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mnist_compare.records.measures import Spread, once
from mnist_compare.records.record import Record
from mnist_compare.report.ratio import Ratio, compare, middle_ratio
from mnist_compare.report.reservation import Reservation, reservation
from mnist_compare.report.statistics import BackendRuns, Group


@dataclass(frozen=True)
class Speed:
    """The fastest backend of a group, seed by seed, against each other one, the next fastest first.

    `rows` are all of them, the fastest first; `reserved` are the backends that are not compared, with the reason.
    """

    label: str
    rows: tuple[BackendRuns, ...] = ()
    others: tuple[Ratio, ...] = ()
    reserved: tuple[Reservation, ...] = ()

    @property
    def fastest(self) -> str:
        """The label of its row; "" where nothing is compared."""
        return self.rows[0].label if self.rows else ""

    @property
    def at_once(self) -> str:
        """What is to be said of its 95 % intervals, behind a comma; "" where there is but one."""
        return ", for all pairs at once" if len(self.others) > 1 else ""

    @property
    def resumed(self) -> tuple[str, ...]:
        """Those that have no timing which was made in one go."""
        return tuple(row.label for row in self.rows if row.resumed and row.timed == row.resumed)


def speeds(groups: Sequence[Group]) -> list[Speed]:
    """Of each group with two or more backends that are done: how they compare in steady training."""
    return [speed for group in groups if (speed := speed_of(group))]


@once
def speed_of(group: Group) -> Speed | None:
    """How the backends of a group compare; None where there are not two of them that have trained."""
    trained = [row for row, _ in rows_with_speed(group)]
    if len(trained) < 2:
        return None
    reserved = tuple(found for row in trained if (found := reservation(row)))
    rows = tuple(row for row, _ in ranked(group))
    if len(rows) < 2:
        return Speed(group.label, reserved=reserved) if reserved else None
    pairs = math.comb(len(rows), 2)  # the fastest is found in these very timings
    others = tuple(compare(row.label, rows[0].timed, row.timed, pairs) for row in rows[1:])
    return Speed(group.label, rows, others, reserved)


def ranked(group: Group) -> list[tuple[BackendRuns, Spread]]:
    """The rows that may be compared in speed with the first of them, which is the fastest, the next fastest first.

    That is all about whose timing there is no reservation, unless a certificate has failed: then those that run the
    same training as the fastest one that has any equal. Who is faster is seen seed by seed; where that leads in a
    circle, the first is the one with the most images per second.
    """
    found = [item for item in rows_with_speed(group) if not reservation(item[0])]
    failed = {pair.names for pair in group.failed}
    orders = []
    for first in found:
        equal = [
            one for one in found if one is not first and frozenset((first[0].backend, one[0].backend)) not in failed
        ]
        ratios = {one[0].label: middle_ratio(first[0].timed, one[0].timed) for one in equal}
        order = [first, *sorted(equal, key=lambda one: ratios[one[0].label])]
        if equal and min(ratios.values()) >= 1:
            return order
        if equal:
            orders.append(order)
    return orders[0] if orders else found if not failed else []


def _has_speed(run: Record) -> bool:
    return all((timing.images_per_second or 0.0) > 0 for timing in run.counted)


def rows_with_speed(group: Group) -> list[tuple[BackendRuns, Spread]]:
    """The rows with a speed, the fastest first."""
    rows = [row for row in group.rows if row.done and all(_has_speed(run) for run in row.timed)]
    found = [(row, speed) for row in rows if (speed := row.timing("images_per_second"))]
    return sorted(found, key=lambda item: -item[1].median)
