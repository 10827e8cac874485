"""Whether other work was on the machine, so that the times of a run are too long."""

import math
from collections.abc import Sequence
from datetime import datetime

from mnist_compare.report.words import listing, plural
from mnist_compare.results import Record

FREE_CORES = 0.25  # what a desktop's background takes is no disturbance
BUSY_SHARE = 0.5  # of the cores: what the load before a run may be, since it also counts who waits for a disk
MEMORY_SECONDS = 60  # the load average of a minute forgets as exp(-t / 60)
MAX_TOLD = 4


def load_warnings(records: Sequence[Record]) -> list[str]:
    """A sentence on the runs that others disturbed, and one on those before which the machine was busy."""
    disturbed = [record for record in records if _is_disturbed(record)]
    busy = [record for record in records if record not in disturbed and _is_busy_before(record, records)]
    return [*_disturbed_sentence(disturbed), *_busy_sentence(busy)]


def _is_disturbed(record: Record) -> bool:
    """Whether other work took cores that the run would have used."""
    others = record.other_cores or 0.0
    return others > 0 and others + record.spec.threads > _cores(record) + FREE_CORES


def _disturbed_sentence(records: Sequence[Record]) -> list[str]:
    if not records:
        return []
    told = [f"{_name(record)}: {record.other_cores:.1f} cores" for record in records]
    told = told if len(told) <= MAX_TOLD else [*told[:MAX_TOLD], f"{len(told) - MAX_TOLD} more"]
    return [
        f"Other work was on the machine during {listing(told)}. These times are too long, by more than that share: "
        "a framework's threads wait for one another. Train again on a quiet machine to compare times."
    ]


def _is_busy_before(record: Record, records: Sequence[Record]) -> bool:
    """Whether the load before a run was high, less what the runs of the same report have left in it."""
    before = record.provenance.load_before if record.provenance else None
    return before is not None and before - _own_load(record, records) > BUSY_SHARE * _cores(record)


def _own_load(record: Record, records: Sequence[Record]) -> float:
    """What runs that had just ended, or were under way, gave to the load average at the start of this one."""
    start, load = datetime.fromisoformat(record.started), 0.0
    for other in records:
        if other.machine == record.machine and other is not record:
            began, ended = datetime.fromisoformat(other.started), datetime.fromisoformat(other.finished)
            last = max(0.0, (start - ended).total_seconds())
            first = max(last, (start - began).total_seconds())
            load += other.spec.threads * (math.exp(-last / MEMORY_SECONDS) - math.exp(-first / MEMORY_SECONDS))
    return load


def _busy_sentence(records: Sequence[Record]) -> list[str]:
    loads = [(r.provenance.load_before or 0.0, _cores(r)) for r in records if r.provenance]
    if not loads:
        return []
    load, cores = max(loads)
    return [
        f"The machine was busy with other work when {plural(len(loads), 'run')} began: the load was {load:.1f} on "
        f"{plural(cores, 'core')}. Where that work went on, their times are too long."
    ]


def _name(record: Record) -> str:
    return f"{record.backend} {record.architecture} (seed {record.seed})"


def _cores(record: Record) -> int:
    """The cores of the record's machine; without a number, as many as never to warn."""
    cores = record.machine.get("cores")
    return cores if isinstance(cores, int) else 1_000_000
