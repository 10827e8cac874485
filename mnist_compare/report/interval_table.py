"""Two 95 % intervals of each mean, side by side: Student's t, and the bootstrap, which knows no bell curve."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mnist_compare.document.table import Cells, Table
from mnist_compare.document.words import MINUS
from mnist_compare.report.accuracy_interval import seed_accuracies
from mnist_compare.report.bootstrap import FEWEST_VALUES, bootstrap_interval
from mnist_compare.report.intervals import Interval, mean_interval
from mnist_compare.report.paired import paired_accuracies
from mnist_compare.report.speed import speed_of
from mnist_compare.report.statistics import Group
from mnist_compare.report.verdict import range_words, ratio_words

TITLE = "Two intervals of each mean"
COLUMNS = ("network", "of", "mean of", "values", "mean", "Student's t", "bootstrap")
NOTE = (
    "95 % intervals, of accuracies in percentage points. Student's t takes a mean to scatter by a bell curve, the "
    "bootstrap (bias-corrected and accelerated, its tails widened for few values) does not: where the two are far from "
    "the same, single values weigh a lot. Claims are by Student's t. Intervals of training times hold for all pairs of "
    f"a network at once. With fewer than {FEWEST_VALUES} values the bootstrap says too little to be shown."
)


def interval_table(groups: Sequence[Group]) -> Table:
    """Of all means that the bootstrap has an interval of; without rows where there is none."""
    rows = tuple((group.label, *cells) for group in groups for cells in (*_accuracies(group), *_speeds(group)))
    return Table(TITLE, COLUMNS, rows, NOTE if rows else "")


def _accuracies(group: Group) -> Iterator[Cells]:
    """Of the backends, then of the differences of each two."""
    for row in group.finished:
        values = list(seed_accuracies(row).values())
        yield from _row(row.label, "test accuracy", values, group.resolution, "{:.3f}")
    for pair in paired_accuracies(group):
        name = f"{pair.a} {MINUS} {pair.b}"
        yield from _row(name, "difference of accuracy", pair.differences, group.resolution, "{:+.3f}")


def _row(name: str, what: str, values: Sequence[float], resolution: float, form: str) -> Iterator[Cells]:
    def ends(found: Interval) -> str:
        return f"{form.format(100 * found.low)} to {form.format(100 * found.high)}"

    if resampled := bootstrap_interval(values):
        student = mean_interval(values, resolution=resolution)
        yield name, what, f"{len(values):,}", form.format(100 * student.middle), ends(student), ends(resampled)


def _speeds(group: Group) -> Iterator[Cells]:
    """Of the fastest backend against each other one."""
    speed = speed_of(group)
    for other in speed.others if speed else ():
        if other.bootstrap and speed:
            low, high = other.bootstrap
            ends = range_words(other), range_words(replace(other, low=low, high=high))
            name = f"{other.backend} / {speed.fastest}"
            yield name, "ratio of training times", f"{other.timings:,}", ratio_words(other), *ends
