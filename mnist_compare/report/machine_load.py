"""Whether other work was on the machine, so that the times of a run are too long."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from math import exp

from mnist_compare.document.words import listing, plural
from mnist_compare.lowering import TUNED
from mnist_compare.records.record import Record
from mnist_compare.report.caveat import Caveat
from mnist_compare.report.origin import machine_of

BUSY_SHARE = 0.5  # of the cores: what the load before a run may be, since it also counts who waits for a disk
MEMORY_SECONDS = 60  # the load average of a minute forgets as exp(-t / 60)
FORGOTTEN_SECONDS = 20 * MEMORY_SECONDS
MAX_TOLD = 4


def load_caveats(records: Sequence[Record]) -> list[Caveat]:
    """Caveats on runs that were trained beside others, that other work or a pause disturbed, or that began on a busy
    machine.
    """
    own, alone = _OwnLoad(records), [record for record in records if record.history and not _is_crowded(record)]
    busy = [r for r in alone if not (r.is_disturbed or r.repeats) and _is_busy_before(r, own)]
    return [
        *_crowd(list(filter(_is_crowded, records))),
        *_disturbed([record for record in alone if record.is_disturbed]),
        *_repeated([record for record in alone if not record.is_disturbed and _was_disturbed(record)]),
        *_changed(records),
        *_stood_still([record for record in records if _paused(record)]),
        *_busy(busy),
    ]


def _is_crowded(record: Record) -> bool:
    """Whether others were trained beside the run in all timings that count."""
    return all(timing.jobs > 1 for timing in record.counted)


def _crowd(records: Sequence[Record]) -> list[Caveat]:
    if not records:
        return []
    were = f"{plural(len(records), 'run')} {'was' if len(records) == 1 else 'were'}"
    return [
        Caveat(
            "Runs at the same time",
            f"{were} trained while others were (--jobs {max(record.jobs for record in records)}).",
            "These times may be longer than those of a run alone.",
            "To compare times, give the same command with --retime: it times each run alone.",
            options="--retime",
        )
    ]


def _was_disturbed(record: Record) -> bool:
    """Whether other work disturbed the run's first timing, and not others of the same comparison."""
    first = record.timings[0]
    return first.jobs == 1 and first.is_disturbed(record.used_threads, record.usable_cores)


def _disturbed(records: Sequence[Record]) -> list[Caveat]:
    if not records:
        return []
    were = "it was" if len(records) == 1 else "they were"
    again = f", also when {were} timed again" if all(len(record.counted) > 1 for record in records) else ""
    return [
        Caveat(
            "The machine was busy",
            f"Other work was on the machine during {_listed(records)}{again}.",
            "These times may be too long, by more than that share: a framework's threads wait for one another.",
            "On a quiet machine, the same command with --retime times the runs again.",
            options="--retime",
        )
    ]


def _repeated(records: Sequence[Record]) -> list[Caveat]:
    if not records:
        return []
    return [
        Caveat(
            "The machine was busy at first",
            f"Other work was on the machine during {_listed(records)}.",
            f"{'It was' if len(records) == 1 else 'They were'} timed again when it was quiet, and those times count.",
        )
    ]


def _changed(records: Sequence[Record]) -> list[Caveat]:
    """Of the runs whose repeated training has not ended in the same bits."""
    changed = [_name(record) for record in records if not all(timing.same for timing in record.repeats)]
    if not changed:
        return []
    return [
        Caveat(
            "Not the same bits again",
            f"Timed again, {listing(_few(changed))} did not end in the same bits: weights or losses differ from those "
            "of the first training, whose accuracy is the one shown.",
            "The times count nevertheless.",
        )
    ]


def _paused(record: Record) -> float:
    return sum(timing.times.paused for timing in record.counted)


def _stood_still(records: Sequence[Record]) -> list[Caveat]:
    if not records:
        return []
    told = [f"{_name(record)}: {_paused(record):.1f} s" for record in records]
    return [
        Caveat(
            "A pause",
            f"The process stood still during {listing(_few(told))}: it was stopped, or the machine suspended.",
            "The pause is in none of these times.",
        )
    ]


def _listed(records: Sequence[Record]) -> str:
    return listing(_few([f"{_name(record)}: {_most_others(record):.1f} cores" for record in records]))


def _most_others(record: Record) -> float:
    """In a timing that was made alone: beside others of the same comparison, those are among them."""
    return max(timing.other_cores or 0.0 for timing in record.timings if timing.jobs == 1)


def _few(told: list[str]) -> list[str]:
    return told if len(told) <= MAX_TOLD else [*told[:MAX_TOLD], f"{len(told) - MAX_TOLD} more"]


def _is_busy_before(record: Record, own: "_OwnLoad") -> bool:
    """Whether the load before a run was high, less what the runs of the same report have left in it."""
    before = record.provenance.load_before if record.provenance else None
    limit = BUSY_SHARE * record.cores
    return before is not None and before > limit and before - own.before(record) > limit


class _OwnLoad:
    """What the runs of a report gave to the load average. There may be thousands: only those near in time are read."""

    def __init__(self, records: Sequence[Record]) -> None:
        by_machine: dict[str, list[tuple[float, float, Record]]] = {}
        for record in records:
            began, ended = (datetime.fromisoformat(moment).timestamp() for moment in (record.started, record.finished))
            by_machine.setdefault(machine_of(record), []).append((began, ended, record))
        self._runs = {machine: sorted(runs, key=lambda run: run[0]) for machine, runs in by_machine.items()}
        self._begins = {machine: [began for began, _, _ in runs] for machine, runs in self._runs.items()}
        self._last_ends = {
            machine: list(accumulate((ended for _, ended, _ in runs), max)) for machine, runs in self._runs.items()
        }

    def before(self, record: Record) -> float:
        """What runs that had just ended, or were under way, gave to the load average at the start of this one."""
        machine, start = machine_of(record), datetime.fromisoformat(record.started).timestamp()
        first = bisect_left(self._last_ends[machine], start - FORGOTTEN_SECONDS)
        end = bisect_right(self._begins[machine], start)
        load = 0.0
        for began, ended, other in self._runs[machine][first:end]:
            if other is not record:
                since = max(0.0, start - ended)
                load += other.used_threads * (exp(-since / MEMORY_SECONDS) - exp(-(start - began) / MEMORY_SECONDS))
        return load


def _busy(records: Sequence[Record]) -> list[Caveat]:
    loads = [(r.provenance.load_before or 0.0, r.cores) for r in records if r.provenance]
    if not loads:
        return []
    load, cores = max(loads)
    return [
        Caveat(
            "A busy machine at the start",
            f"The machine was busy with other work when {plural(len(loads), 'run')} began: the load was {load:.1f} on "
            f"{plural(cores, 'core')}.",
            "Where that work went on, their times are too long.",
        )
    ]


def _name(record: Record) -> str:
    tuning = "" if record.spec.tuning == TUNED else f"{record.spec.tuning}, "
    tuning += "" if record.spec.processes == 1 else f"{record.spec.processes} processes, "
    return f"{record.backend} {record.architecture} ({tuning}seed {record.seed})"
