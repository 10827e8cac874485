"""Who trained how many times faster: never across machines, and only where the training is the same."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mnist_compare.report.measures import Spread
from mnist_compare.report.statistics import Group, Row
from mnist_compare.report.words import listing


@dataclass(frozen=True)
class Ratio:
    """Images per second of the fastest backend over those of this one, which is named by its row's label.

    `deviation` is None unless both have two seeds or more.
    """

    backend: str
    ratio: float
    deviation: float | None


@dataclass(frozen=True)
class Speed:
    """The fastest backend of a group, by the median over its seeds, against each other one, the next fastest first.

    `resumed` are those of them that have no run which was done in one go.
    """

    label: str
    fastest: str
    others: tuple[Ratio, ...]
    resumed: tuple[str, ...] = ()


def speeds(groups: Sequence[Group]) -> list[Speed]:
    """Of each group with two or more backends that are done: how they compare in steady training."""
    return [speed for group in groups if (speed := _speed(group))]


def speed_sentences(groups: Sequence[Group]) -> list[str]:
    """One sentence per comparison: "keras trained 1.2 times faster than torch, 6.7 times faster than paddle".

    The group's label comes first where there are several groups.
    """
    several = len([group for group in groups if group.finished]) > 1
    return [(f"{speed.label}: " if several else "") + _sentence(speed) for speed in speeds(groups)]


def ranked(group: Group) -> list[tuple[Row, Spread]]:
    """The rows that may be compared in speed with the first of them, by images per second, the fastest first.

    That is all of them, unless a certificate has failed: then those that run the same training as the fastest one
    that has any equal.
    """
    found = [(row, s) for row in group.rows if (s := row.timing("images_per_second")) and s.median > 0]
    found.sort(key=lambda item: -item[1].median)
    apart = {pair.names for pair in group.failed}
    for i, first in enumerate(found):
        equal = [other for other in found[i + 1 :] if frozenset((first[0].backend, other[0].backend)) not in apart]
        if equal:
            return [first, *equal]
    return [] if apart else found


def _speed(group: Group) -> Speed | None:
    found = ranked(group)
    if len(found) < 2:
        return None
    (fastest, best), *others = found
    resumed = tuple(row.label for row, _ in found if row.resumed and row.timed == row.resumed)
    return Speed(group.label, fastest.label, tuple(_ratio(best, row.label, other) for row, other in others), resumed)


def _ratio(best: Spread, backend: str, other: Spread) -> Ratio:
    ratio = best.median / other.median
    if best.deviation is None or other.deviation is None:
        return Ratio(backend, ratio, None)
    # The spread of a quotient of independent measurements, to first order.
    return Ratio(backend, ratio, ratio * math.hypot(best.deviation / best.mean, other.deviation / other.mean))


def _sentence(speed: Speed) -> str:
    equal = [other.backend for other in speed.others if other.ratio < 1.05]
    parts = [f"as fast as {' and '.join(equal)}"] if equal else []
    parts += [f"{_times(other)} times faster than {other.backend}" for other in speed.others if other.ratio >= 1.05]
    doubt = (
        f" Every run of {listing(list(speed.resumed))} was interrupted and resumed, so this is less certain."
        if speed.resumed
        else ""
    )
    return f"{speed.fastest} trained {', '.join(parts)}.{doubt}"


def _times(other: Ratio) -> str:
    if other.deviation is None:
        return f"{other.ratio:,.1f}"
    return f"{other.ratio:,.2f} ± {other.deviation:,.2f}"
