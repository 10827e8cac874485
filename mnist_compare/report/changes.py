"""Two comparisons side by side: what is another in the new one, and which changes are more than noise."""

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from mnist_compare.errors import UsageError
from mnist_compare.experiment.predictions import unpack
from mnist_compare.records.record import Record
from mnist_compare.report.intervals import Interval, corrected, different, mcnemar, mean_interval
from mnist_compare.report.paired import ERROR, FEWEST
from mnist_compare.report.ratio import DRIFT, Ratio, compare
from mnist_compare.report.reservation import Reservation, reservation
from mnist_compare.report.speed import rows_with_speed
from mnist_compare.report.statistics import BackendRuns, Group, group_runs
from mnist_compare.report.timing_pairs import are_in_turn
from mnist_compare.report.unfinished import Unfinished, Which, asked_of, ends, find_unfinished

MEMORY_NOISE = 1.05
"""Peaks of memory that differ by a smaller factor are as good as the same: allocators round, and threads come late."""

Row = tuple[Group, BackendRuns]
Verdict = Literal["better", "worse", "the same", "noise", "not compared"]


@dataclass(frozen=True)
class AccuracyChange:
    """Test accuracy, new minus old, over the seeds that both have.

    `p` is of the test that nothing has changed, corrected for all rows; `same` says that every prediction is the same.
    """

    interval: Interval
    seeds: int
    p: float
    same: bool

    @property
    def verdict(self) -> Verdict:
        """Whether it is more than noise, and which way it goes."""
        if self.same:
            return "the same"
        if self.p > ERROR:
            return "noise"
        return "better" if self.interval.middle > 0 else "worse"


@dataclass(frozen=True)
class Change:
    """One backend and network in both comparisons.

    `in_turn` says that the two were trained in turn, seed by seed. Where they were not, `speed` has what the machine
    may have drifted between them in its range.
    """

    network: str
    old: BackendRuns
    new: BackendRuns
    accuracy: AccuracyChange | None
    speed: Ratio | None
    reserved: tuple[Reservation, ...]
    memory: float | None
    """Peak memory, new / old; None where it is not known."""
    in_turn: bool

    @property
    def speed_verdict(self) -> Verdict:
        """Of the time of training per image."""
        if self.speed is None or self.speed.is_open:
            return "not compared"
        if self.speed.is_equal or self.speed.p > ERROR:
            return "noise"
        return "worse" if self.speed.ratio > 1 else "better"

    @property
    def memory_verdict(self) -> Verdict:
        """Of the peak of memory, where every run of one side is beyond all of the other."""
        if self.memory is None:
            return "not compared"
        old, new = _peaks(self.old), _peaks(self.new)
        apart = min(new) > max(old) or max(new) < min(old)
        if not apart or 1 / MEMORY_NOISE < self.memory < MEMORY_NOISE:
            return "noise"
        return "worse" if self.memory > 1 else "better"


@dataclass(frozen=True)
class Changes:
    """All that both comparisons hold, and the labels of what one of them alone holds; `several` are those of which one
    of them holds runs of several machines, versions or states of the code, of which the last count. `unfinished` are
    the runs of both that did not come to their end.
    """

    changes: tuple[Change, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    several: tuple[str, ...] = ()
    unfinished: tuple[Unfinished, ...] = ()

    @property
    def lost(self) -> tuple[Unfinished, ...]:
        """The runs that are done in the old comparison, and did not finish in the new one."""
        return tuple(one for one in self.unfinished if one.which == "new" and one.lost)


def find_changes(old: Sequence[Record], new: Sequence[Record]) -> Changes:
    """Match the rows of two comparisons by all that was asked for but the seed.

    Raises UsageError where none match, and no run of the old one has failed in the new one.
    """
    groups = group_runs(old), group_runs(new)
    before, after = map(_rows, groups)
    counts = [Counter(_key(group, row) for group in own for row in group.finished) for own in groups]
    common = [key for key in before if key in after]
    unfinished = *find_unfinished("old", *groups), *find_unfinished("new", *reversed(groups))
    found = Changes(
        tuple(_corrected([_change(*before[key], *after[key]) for key in common])),
        _alone(before, after, [one for one in unfinished if one.which == "new"]),
        _alone(after, before, [one for one in unfinished if one.which == "old"]),
        tuple(_name(*after[key]) for key in common if any(count[key] > 1 for count in counts)),
        unfinished,
    )
    if not common and not found.lost:
        raise UsageError(
            f"The two comparisons have nothing in common. The old one holds {_names(before, unfinished, 'old')}; the "
            f"new one {_names(after, unfinished, 'new')}. The same network, recipe, images, mode, tuning, precision, "
            "device and threads of a backend are needed in both."
        )
    return found


def _alone(rows: Mapping[bytes, Row], others: Mapping[bytes, Row], unfinished: Iterable[Unfinished]) -> tuple[str, ...]:
    """The labels of the rows that the other comparison does not hold, unfinished either."""
    begun = {one.asked for one in unfinished}
    return tuple(_name(*row) for key, row in rows.items() if key not in others and asked_of(*row) not in begun)


def _rows(groups: Iterable[Group]) -> dict[bytes, Row]:
    """The rows that have finished runs, by what was asked for; of several machines or versions the last counts."""
    return {_key(group, row): (group, row) for group in groups for row in group.finished}


def _key(group: Group, row: BackendRuns) -> bytes:
    return asked_of(group, row) + msgspec.json.encode(group.setting.device)


def _names(rows: Mapping[bytes, Row], unfinished: Iterable[Unfinished], which: Which) -> str:
    ended = [f"{label}: {words}" for label, words in ends(one for one in unfinished if one.which == which).items()]
    told = ", ".join(_name(*row) for row in rows.values()) or "no finished run"
    return f"{told} ({', '.join(ended)})" if ended else told


def _name(group: Group, row: BackendRuns) -> str:
    return f"{row.label} {group.label}"


def _change(old_group: Group, old: BackendRuns, group: Group, new: BackendRuns) -> Change:
    doubts = [
        replace(found, label=f"{word} {found.label}")
        for row, word in ((old, "old"), (new, "new"))
        if (found := reservation(row))
    ]
    timed = all(row in [one for one, _ in rows_with_speed(within)] for within, row in ((old_group, old), (group, new)))
    in_turn = are_in_turn(old.timed, new.timed)
    drift = 1.0 if in_turn else DRIFT
    comparable = timed and not doubts
    return Change(
        group.label,
        old,
        new,
        _accuracy(old, new, group.resolution),
        compare(new.label, old.timed, new.timed, drift=drift, in_turn=in_turn) if comparable else None,
        tuple(doubts) if timed else (),
        _memory(old, new),
        in_turn,
    )


def _accuracy(old: BackendRuns, new: BackendRuns, resolution: float) -> AccuracyChange | None:
    before, after = old.accuracies, new.accuracies
    common = [seed for seed in after if seed in before]
    if not common:
        return None
    differences = [after[seed] - before[seed] for seed in common]
    pairs = [(_of_seed(old, seed), _of_seed(new, seed)) for seed in common]
    same = all(_digest(a) and _digest(a) == _digest(b) for a, b in pairs)
    interval = mean_interval(differences, resolution=resolution)
    return AccuracyChange(interval, len(common), _p(differences, pairs, resolution), same)


def _p(differences: Sequence[float], pairs: Sequence[tuple[Record, Record]], resolution: float) -> float:
    """Of the test that nothing has changed: Student's over six seeds or more.

    Of fewer, each is tested over its images by McNemar's, and the smallest p-value counts, by Holm's correction: of
    those that changed as the mean did, and only where no other seed has shown the opposite. Where a record does not
    tell its predictions, nothing can be claimed.
    """
    if len(differences) >= FEWEST:
        return different(differences, resolution)
    counts = [_discordant(old, new) for old, new in pairs]
    found = corrected([mcnemar(*count) if count else 1.0 for count in counts])
    mean = sum(differences)
    along = [p for p, change in zip(found, differences, strict=True) if change * mean > 0]
    against = [p for p, change in zip(found, differences, strict=True) if change * mean < 0]
    return 1.0 if min(against, default=1.0) <= ERROR else min(along, default=1.0)


def _discordant(old: Record, new: Record) -> tuple[int, int] | None:
    """How many images the new run alone reads rightly, and how many the old one alone."""
    before = unpack(old.test.predictions) if old.test else None
    after = unpack(new.test.predictions) if new.test else None
    if before is None or after is None or len(before.right) != len(after.right):
        return None
    return int((after.right & ~before.right).sum()), int((before.right & ~after.right).sum())


def _of_seed(row: BackendRuns, seed: int) -> Record:
    return next(run for run in row.done if run.seed == seed)


def _digest(run: Record) -> str:
    return run.test.predictions_sha256 if run.test else ""


def _corrected(changes: Sequence[Change]) -> list[Change]:
    """The p-values corrected for all rows: a comparison of many finds a change in one of them by chance."""
    p_of_accuracy = iter(corrected([one.accuracy.p for one in changes if one.accuracy and not one.accuracy.same]))
    p_of_speed = iter(corrected([one.speed.p for one in changes if one.speed]))
    return [
        replace(
            change,
            accuracy=replace(found, p=next(p_of_accuracy))
            if (found := change.accuracy) and not found.same
            else change.accuracy,
            speed=change.speed and replace(change.speed, p=next(p_of_speed)),
        )
        for change in changes
    ]


def _peaks(row: BackendRuns) -> list[int]:
    return [run.peak_memory_bytes for run in row.done if run.peak_memory_bytes]


def _memory(old: BackendRuns, new: BackendRuns) -> float | None:
    before, after = _peaks(old), _peaks(new)
    if not before or not after:
        return None
    return math.exp(math.log(statistics.fmean(after)) - math.log(statistics.fmean(before)))
