"""Accuracies of two backends, seed by seed: which differ, which are as good as equal, and of which nothing is known.

"Not significantly different" is not "the same". So there are two questions: is the mean difference something else than
0, and is it within a margin that was declared before? Holm's correction counts all pairs of a group.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from mnist_compare.document.table import Table
from mnist_compare.document.words import MINUS
from mnist_compare.records.measures import once
from mnist_compare.records.record import MARGIN
from mnist_compare.report.intervals import Interval, corrected, different, equivalent, mean_interval
from mnist_compare.report.statistics import BackendRuns, Group

FEWEST = 6
"""Seeds below which nothing is claimed."""
ERROR = 0.05
PERCENT = 100
TITLE = "Accuracy, pair by pair (percentage points)"


@dataclass(frozen=True)
class PairedAccuracy:
    """Test accuracy of `a` minus that of `b`, for each seed that both have; `resolution` is one test image as a share,
    and `margin` that of their group.
    """

    group: str
    a: str
    b: str
    differences: tuple[float, ...]
    resolution: float
    p_different: float = 1.0
    p_equivalent: float = 1.0
    margin: float = MARGIN / PERCENT

    @property
    def interval(self) -> Interval:
        """The mean difference."""
        return mean_interval(self.differences, resolution=self.resolution)

    @property
    def better(self) -> float:
        """The probability of improvement: how often `a` is better, a tie counting one half."""
        return sum((d > 0) + (d == 0) / 2 for d in self.differences) / len(self.differences)

    @property
    def verdict(self) -> str:
        """What can be claimed."""
        if len(self.differences) < FEWEST:
            return "too few seeds to claim"
        if self.p_equivalent <= ERROR:
            return "equal"
        if self.p_different <= ERROR:
            return "larger" if self.interval.middle > 0 else "smaller"
        return "undecided"


def declared_margin(group: Group) -> float:
    """By how much accuracies, as shares, may differ and still be called equal: the least that was declared for a run.

    A wider one that came later, when results were there already, is no declaration.
    """
    declared = [run.margin for run in group.runs if run.margin is not None and 0 < run.margin < PERCENT]
    return min(declared, default=MARGIN) / PERCENT


@once
def paired_accuracies(group: Group) -> tuple[PairedAccuracy, ...]:
    """Every pair of a group's rows that has two seeds or more in common, judged together."""
    margin = declared_margin(group)
    pairs = [
        PairedAccuracy(group.label, a.label, b.label, _differences(a, b), group.resolution, margin=margin)
        for a, b in combinations(group.finished, 2)
    ]
    return tuple(judged([pair for pair in pairs if len(pair.differences) > 1]))


def judged(pairs: Sequence[PairedAccuracy]) -> list[PairedAccuracy]:
    """The pairs with their p-values, which are corrected for one another."""
    differ = corrected([different(pair.differences, pair.resolution) for pair in pairs])
    equal = corrected([equivalent(pair.differences, pair.margin, pair.resolution) for pair in pairs])
    return [replace(pair, p_different=p, p_equivalent=q) for pair, p, q in zip(pairs, differ, equal, strict=True)]


def paired_table(groups: Sequence[Group]) -> Table:
    """Of all groups; without rows where no two backends have several seeds in common."""
    pairs = [pair for group in groups for pair in paired_accuracies(group)]
    rows = tuple(
        (
            pair.group,
            f"{pair.a} {MINUS} {pair.b}",
            f"{100 * pair.interval.middle:+.3f}",
            f"{100 * pair.interval.low:+.3f} to {100 * pair.interval.high:+.3f}",
            f"{pair.better:.0%}".replace("%", " %"),
            str(len(pair.differences)),
            pair.verdict,
        )
        for pair in pairs
    )
    columns = ("network", "backends", "difference", "95 % interval", "first is better", "seeds", "verdict")
    note = (
        "Test accuracy of the first backend minus that of the second, seed by seed: the mean, and the interval of "
        f"Student's t. Equal: shown to be within {margin_words(pairs)} of each other (two one-sided tests); larger "
        "or smaller: shown to differ; undecided: neither. All at 5 %, with Holm's correction for the pairs of a "
        f"network; below {FEWEST} seeds nothing is claimed."
    )
    return Table(TITLE, columns, rows, note if rows else "")


def margin_words(pairs: Sequence[PairedAccuracy]) -> str:
    """Within which margins pairs count as equal: "±0.1 points"."""
    return f"{' or '.join(f'±{PERCENT * margin:.3g}' for margin in sorted({pair.margin for pair in pairs}))} points"


def _differences(a: BackendRuns, b: BackendRuns) -> tuple[float, ...]:
    ours, theirs = a.accuracies, b.accuracies
    return tuple(ours[seed] - theirs[seed] for seed in ours if seed in theirs)
