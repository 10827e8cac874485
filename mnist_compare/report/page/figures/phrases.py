"""Numbers and names as findings tell them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mnist_compare.records.record import Record
from mnist_compare.report.claim import noun
from mnist_compare.report.statistics import BackendRuns, Group

ALMOST = 1e-6  # of a hundredth of a point: what rounding leaves of equal differences


def points(difference: float) -> str:
    """A bound on a difference of accuracies, which is never less than it: 0.000304 -> "0.04 points"."""
    return f"{math.ceil(1e4 * abs(difference) - ALMOST) / 100:.2f} points"


def percent(accuracy: float) -> str:
    """An accuracy: 0.9777 -> "97.77 %"; only where all are right 100."""
    text = f"{100 * accuracy:.2f}"
    return f"{'99.99' if text == '100.00' and accuracy < 1 else text} %"


def each_of(groups: Sequence[Group]) -> str:
    """Of two networks "both networks"; "all 4 settings" where some of the groups are of the same network."""
    return f"{'both' if len(groups) == 2 else f'all {len(groups):,}'} {noun(groups)}s"


@dataclass(frozen=True)
class Named:
    """A value with the group and the row that it is of."""

    value: float
    group: Group
    row: BackendRuns

    @property
    def place(self) -> str:
        """Row and network."""
        return f"{self.row.label}, {self.group.label}"


def share(value: float | None) -> float | None:
    """The value where it can be a share."""
    return value if value is not None and 0 <= value <= 1 else None


def accuracy_of(run: Record) -> float | None:
    """The test accuracy of a run, where it has one that can be."""
    return share(run.test_accuracy)
