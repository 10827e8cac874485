"""How long a training takes until its network is as good as that: failed runs never get there."""

import math
import statistics
from collections.abc import Iterator, Sequence

from mnist_compare.document.table import Cells, Table
from mnist_compare.document.words import NOTHING, listing, plural, significant, span
from mnist_compare.records.measures import seconds_until
from mnist_compare.records.record import Record, Status
from mnist_compare.report.statistics import Group

SHARES = (0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995)
MOST_SHARES = 2
FAILURES = (Status.DIVERGED, Status.FAILED, Status.CRASHED, Status.TIMED_OUT)
TITLE = "Time to an accuracy"
COLUMNS = ("network", "backend", "test accuracy", "seconds", "least to most", "reached by")
NOT_REACHED = "not reached"
NOTE = (
    "Seconds of training, the first step included, without evaluation, until an epoch ends with that share of the test "
    "images recognised: the median over the runs. A run that never gets there, or that failed or diverged, takes "
    f"infinitely long; where that makes the median infinite, it is {NOT_REACHED}. Of "
    f"{listing([f'{100 * share:g}' for share in SHARES])} %, those are shown that a backend reaches in most of its "
    f"runs, the {MOST_SHARES} highest."
)


def time_to_accuracy_table(groups: Sequence[Group]) -> Table:
    """Of each network the highest shares that the runs of a backend reach; without rows where there is none."""
    found = [(group.label, runs) for group in groups if group.finished and (runs := _counted(group, groups))]
    rows = tuple((label, *cells) for label, runs in found for cells in _rows(runs))
    return Table(TITLE, COLUMNS, rows, NOTE if rows else "")


def _counted(group: Group, groups: Sequence[Group]) -> dict[str, list[Record]]:
    """The runs that have trained, or would have if they had not failed, by the label of their row.

    A run that failed before it began never learnt its device, and so is in a group of its own.
    """
    strays = [one for one in groups if one.spec == group.spec and not one.finished]
    found: dict[str, list[Record]] = {}
    for row in (row for one in (group, *strays) for row in one.rows):
        runs = [run for run in row.runs if run.history or run.status in FAILURES]
        found.setdefault(row.label, []).extend(run for run in runs if run.status in (Status.DONE, *FAILURES))
    return {label: runs for label, runs in found.items() if runs}


def _rows(counted: dict[str, list[Record]]) -> Iterator[Cells]:
    for share in _reached(counted):
        for label, runs in counted.items():
            seconds = _seconds(share, runs)
            median, came = statistics.median(seconds), sorted(one for one in seconds if one < math.inf)
            yield (
                label,
                f"{100 * share:g} %",
                significant(median) if median < math.inf else NOT_REACHED,
                span(significant(came[0]), significant(came[-1])) if len(came) > 1 else NOTHING,
                f"{len(came):,} of {plural(len(runs), 'run')}",
            )


def _reached(counted: dict[str, list[Record]]) -> list[float]:
    """The highest that more than half of the runs of some backend reach."""
    every = counted.values()
    reached = [share for share in SHARES if min(statistics.median(_seconds(share, runs)) for runs in every) < math.inf]
    return reached[-MOST_SHARES:]


def _seconds(share: float, runs: Sequence[Record]) -> list[float]:
    return [seconds_until(share, run) if run.status is Status.DONE else math.inf for run in runs]
