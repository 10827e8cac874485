"""Runs in groups, and what a group says: means over seeds, and who trained how many times faster.

A group holds the runs that may be compared with one another: all is equal in them but backend and seed.
Only runs that are done count in a statistic.
"""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from mnist_compare.certify.certificate import Pair
from mnist_compare.report.words import facets
from mnist_compare.results import Record, RunSpec, Status

Measure = Literal[
    "test_accuracy",
    "test_loss",
    "train_accuracy",
    "right",
    "count",
    "train_seconds",
    "epoch_seconds",
    "images_per_second",
    "first_step_seconds",
    "evaluation_seconds",
    "startup_seconds",
    "peak_memory_bytes",
    "device_memory_bytes",
]


def _epoch_seconds(record: Record) -> float | None:
    return statistics.fmean(epoch.train_seconds for epoch in record.history) if record.history else None


MEASURES: dict[Measure, Callable[[Record], float | None]] = {
    "test_accuracy": lambda record: record.test_accuracy,
    "test_loss": lambda record: record.test_loss,
    "train_accuracy": lambda record: record.train_accuracy,
    "right": lambda record: record.test.right if record.test else None,
    "count": lambda record: record.test.count if record.test else None,
    "train_seconds": lambda record: record.train_seconds,
    "epoch_seconds": _epoch_seconds,
    "images_per_second": lambda record: record.images_per_second,
    "first_step_seconds": lambda record: record.times.first_step,
    "evaluation_seconds": lambda record: record.times.evaluation,
    "startup_seconds": lambda record: record.times.start + record.times.imports + record.times.build,
    "peak_memory_bytes": lambda record: record.peak_memory_bytes,
    "device_memory_bytes": lambda record: record.device_memory_bytes,
}
"""What is read from one run, by name; seconds are of the whole run but for `epoch_seconds`."""


@dataclass(frozen=True)
class Spread:
    """A measure over the seeds. `deviation` is the sample standard deviation, None for one value."""

    mean: float
    median: float
    deviation: float | None
    count: int


@dataclass(frozen=True)
class Row:
    """The runs of one backend in a group, by seed."""

    backend: str
    runs: tuple[Record, ...]

    @property
    def done(self) -> tuple[Record, ...]:
        """The runs that trained to the end."""
        return tuple(run for run in self.runs if run.status is Status.DONE)

    @property
    def statuses(self) -> dict[Status, int]:
        """How many runs ended in which way."""
        return {status: n for status in Status if (n := sum(run.status is status for run in self.runs))}

    def spread(self, measure: Measure) -> Spread | None:
        """The measure over the runs that are done, or None where none of them has it."""
        return spread(MEASURES[measure](run) for run in self.done)


@dataclass(frozen=True)
class Group:
    """Runs that differ in backend and seed alone; `label` names the group among the others.

    `failed` are the pairs of backends that a certificate has found not to run the same training.
    """

    label: str
    spec: RunSpec
    precision: str
    device: str
    rows: tuple[Row, ...]
    failed: tuple[Pair, ...] = ()

    @property
    def finished(self) -> tuple[Row, ...]:
        """The backends with at least one run that is done."""
        return tuple(row for row in self.rows if row.done)

    @property
    def runs(self) -> tuple[Record, ...]:
        """All runs, backend by backend."""
        return tuple(run for row in self.rows for run in row.runs)

    @property
    def regression(self) -> bool:
        """Whether the network gives a number that is cut to a digit, so that its loss is a squared error."""
        return self.spec.recipe.loss == "mean_squared_error"


@dataclass(frozen=True)
class Ratio:
    """Images per second of the fastest backend over those of this one.

    `deviation` is None unless both have two seeds or more.
    """

    backend: str
    ratio: float
    deviation: float | None


@dataclass(frozen=True)
class Speed:
    """The fastest backend of a group, by the median over its seeds, against each other one, the next fastest first."""

    label: str
    fastest: str
    others: tuple[Ratio, ...]


def spread(values: Iterable[float | None]) -> Spread | None:
    """Mean, median and standard deviation of the finite values; None where there is none."""
    finite = [float(value) for value in values if value is not None and math.isfinite(value)]
    if not finite:
        return None
    deviation = statistics.stdev(finite) if len(finite) > 1 else None
    return Spread(statistics.fmean(finite), statistics.median(finite), deviation, len(finite))


def backend_order(names: Iterable[str]) -> list[str]:
    """Each name once: the three frameworks first, then the others by alphabet."""
    known = ("torch", "keras", "paddle")
    return sorted(set(names), key=lambda name: (known.index(name) if name in known else len(known), name))


def group_runs(records: Iterable[Record]) -> tuple[Group, ...]:
    """The records in groups, in the order in which the groups first appear; rows by backend, runs by seed."""
    found: dict[tuple[RunSpec, str, str], list[Record]] = {}
    for record in records:
        found.setdefault((_shared(record), record.precision, record.device), []).append(record)
    labels = _labels(list(found), [_trained(runs) for runs in found.values()])
    return tuple(
        Group(label, spec, precision, device, _rows(runs))
        for label, ((spec, precision, device), runs) in zip(labels, found.items(), strict=True)
    )


def speeds(groups: Sequence[Group]) -> list[Speed]:
    """Of each group with two or more backends that are done: how they compare in steady training."""
    return [speed for group in groups if (speed := _speed(group))]


def speed_sentences(groups: Sequence[Group]) -> list[str]:
    """One sentence per comparison: "keras trained 1.2 times faster than torch, 6.7 times faster than paddle".

    The group's label comes first where there are several groups.
    """
    several = len([group for group in groups if group.finished]) > 1
    return [(f"{speed.label}: " if several else "") + _sentence(speed) for speed in speeds(groups)]


def _shared(record: Record) -> RunSpec:
    return replace(record.spec, backend="", seed=0, device="", mode=record.mode)


def _trained(runs: list[Record]) -> bool:
    return any(run.status is Status.DONE or run.history for run in runs)


def _rows(runs: list[Record]) -> tuple[Row, ...]:
    return tuple(
        Row(
            backend, tuple(sorted((run for run in runs if run.backend == backend), key=lambda run: (run.seed, run.key)))
        )
        for backend in backend_order(run.backend for run in runs)
    )


def _labels(cases: list[tuple[RunSpec, str, str]], trained: list[bool]) -> list[str]:
    """The architecture's name, and after it the properties in which groups of that architecture differ."""
    described = [(case[0].architecture.name, facets(*case)) for case in cases]
    labels: list[str] = []
    used: list[str] = []
    for (name, mine), ran in zip(described, trained, strict=True):
        # Runs that were refused never learnt their device: they must not put "cpu" into the labels of the others.
        peers = [theirs for (n, theirs), counts in zip(described, trained, strict=True) if counts and n == name]
        differing = [text for key, text in mine.items() if len({peer[key] for peer in peers}) > 1]
        label = ", ".join([name, *differing])
        used += [label] if ran else []
        labels.append(f"{label} ({used.count(label)})" if ran and used.count(label) > 1 else label)
    return labels


def ranked(group: Group) -> list[tuple[str, Spread]]:
    """The backends that may be compared in speed with the first of them, by images per second, the fastest first.

    That is all of them, unless a certificate has failed: then those that run the same training as the fastest one
    that has any equal.
    """
    found = [(row.backend, s) for row in group.rows if (s := row.spread("images_per_second")) and s.median > 0]
    found.sort(key=lambda item: -item[1].median)
    apart = {pair.names for pair in group.failed}
    for i, first in enumerate(found):
        equal = [other for other in found[i + 1 :] if frozenset((first[0], other[0])) not in apart]
        if equal:
            return [first, *equal]
    return [] if apart else found


def _speed(group: Group) -> Speed | None:
    found = ranked(group)
    if len(found) < 2:
        return None
    (fastest, best), *others = found
    return Speed(group.label, fastest, tuple(_ratio(best, backend, other) for backend, other in others))


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
    return f"{speed.fastest} trained {', '.join(parts)}."


def _times(other: Ratio) -> str:
    if other.deviation is None:
        return f"{other.ratio:,.1f}"
    return f"{other.ratio:,.2f} ± {other.deviation:,.2f}"
