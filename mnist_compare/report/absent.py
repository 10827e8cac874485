"""Runs that belong to a comparison and have no record: they have not begun yet, or are under way."""

from collections.abc import Sequence
from pathlib import Path

from mnist_compare.document.words import plural
from mnist_compare.records.record import Record, current
from mnist_compare.report.caveat import Caveat
from mnist_compare.report.claim import few
from mnist_compare.runner.comparison_lock import planned_names
from mnist_compare.runner.planned_run import KEY_DIGITS, name_parts


def absent_runs(folder: Path, records: Sequence[Record]) -> tuple[str, ...]:
    """The names of those of the comparison in the folder that have no current record among its `records`."""
    keys = {record.key[:KEY_DIGITS] for record in current(records)}
    return tuple(name for name in planned_names(folder) if name_parts(name)[1] not in keys)


def absent_sentences(absent: Sequence[str]) -> list[str]:
    """How many there are; nothing where all have a record."""
    if not absent:
        return []
    verb = "is" if len(absent) == 1 else "are"
    return [f"{plural(len(absent), 'more run')} of this comparison {verb} not in this report."]


def absent_caveats(absent: Sequence[str]) -> list[Caveat]:
    """The same with the names of some."""
    if not absent:
        return []
    begun, them = ("It has not begun, or is", "it") if len(absent) == 1 else ("They have not begun, or are", "them")
    return [
        Caveat(
            "Runs without a record",
            f"{absent_sentences(absent)[0]} {begun} under way: {few(absent)}.",
            f"What is said here may change with {them}.",
            f"The command that began {them}, given again, goes on with {them}.",
        )
    ]
