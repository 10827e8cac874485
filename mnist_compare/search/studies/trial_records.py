"""The records of a study: those of its trials in one file, each setting once, with the numbers of its trials."""

import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec.structs import replace

from mnist_compare.records.record import Record, Status, current
from mnist_compare.records.results import RESULTS_FILE, append_record, read_records, repair_results
from mnist_compare.search.studies.claims import study_lock

SETTLED = (Status.DONE, Status.DIVERGED, Status.PRUNED)
"""Ends of a run that would be the same if it were trained again."""


def known_records(folder: Path) -> dict[str, Record]:
    """The records that count in a folder, by key; none where it has no results yet."""
    if not (folder / RESULTS_FILE).exists():
        return {}
    return {record.key: record for record in current(read_records(folder))}


def earlier_records(known: dict[str, Record], keys: Sequence[str]) -> list[Record]:
    """The records of these runs where an earlier trial has settled them all, or was pruned; else none."""
    found = [known[key] for key in keys if key in known and known[key].status in SETTLED]
    return found if is_pruned(found) or len(found) == len(keys) else []


def add_trial(folder: Path, place: str, number: int, records: Iterable[Record]) -> list[Record]:
    """Add the records of a trial, whose folder is `place` below the study's, and give those that count of its runs.

    A run that an earlier trial has settled stays that one's, and gets the number of this trial, too.
    """
    with study_lock(folder):
        repair_results(folder)
        known = known_records(folder)
        added = [_of_trial(record, known.get(record.key), place, number) for record in records]
        for record in added:
            if record != known.get(record.key):
                append_record(folder, record)
    return added


def trial_value(records: Sequence[Record]) -> float | None:
    """The accuracy of a trial, as a mean over its runs; one that diverged counts as 0. None where all others failed."""
    values = [
        (record.test_accuracy or 0.0) if record.status is Status.DONE else 0.0
        for record in records
        if record.status in (Status.DONE, Status.DIVERGED)
    ]
    return statistics.fmean(values) if values else None


def is_pruned(records: Iterable[Record]) -> bool:
    """Whether a trial with these records was pruned."""
    return any(record.status is Status.PRUNED for record in records)


def _of_trial(record: Record, before: Record | None, place: str, number: int) -> Record:
    trials = (*(before.trials if before else ()), number)
    trials = tuple(dict.fromkeys(trials))
    if before and before.status in SETTLED:
        return replace(before, trials=trials)
    weights = f"{place}/{record.weights}" if record.weights else None
    return replace(record, trials=trials, weights=weights)
