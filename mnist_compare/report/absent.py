"""Runs that belong to a comparison and have no record: they have not begun yet, or are under way."""

from collections.abc import Sequence
from pathlib import Path

from mnist_compare.document.words import plural
from mnist_compare.records.record import Record
from mnist_compare.report.caveat import Caveat
from mnist_compare.report.claim import few
from mnist_compare.runner.comparison_lock import planned_names
from mnist_compare.runner.planned_run import KEY_DIGITS


def absent_runs(folder: Path, records: Sequence[Record]) -> tuple[str, ...]:
    """The names of those of the comparison in the folder, superseded records being among its `records` too.

    The name of a run ends with the first digits of its key. Another version of the program gives the same run another
    key: where one of the two was trained, the other one is not missing.
    """
    keys = {record.key[:KEY_DIGITS] for record in records}
    latest: dict[str, str] = {}
    recorded = set()
    for name in planned_names(folder):
        run, _, digits = name.rpartition("-")
        latest[run] = name
        if digits in keys:
            recorded.add(run)
    return tuple(name for run, name in latest.items() if run not in recorded)


def absent_sentences(absent: Sequence[str]) -> list[str]:
    """How many there are; nothing where all have a record."""
    if not absent:
        return []
    verb = "is" if len(absent) == 1 else "are"
    return [f"{plural(len(absent), 'more run')} of this comparison {verb} not in this report."]


def absent_caveats(absent: Sequence[str], command: str) -> list[Caveat]:
    """The same with the names, and with the command that goes on with them."""
    if not absent:
        return []
    it = "It has" if len(absent) == 1 else "They have"
    return [
        Caveat(
            "Runs without a record",
            f"{absent_sentences(absent)[0]} {it} not begun, or {'is' if len(absent) == 1 else 'are'} under way: "
            f"{few(absent)}.",
            "What is said here may change with them.",
            "The same command trains what is left.",
            command,
        )
    ]
