"""How much of thousands of runs a report shows. A reader sees no more of them anyway; results.csv has every run."""

from collections.abc import Sequence

from mnist_compare.document.table import ALL
from mnist_compare.report.statistics import Group, compared

MAX_GROUPS = 28  # all the documented networks in both modes, tuned and plain
FEW_GROUPS = 3


def detailed(groups: Sequence[Group]) -> list[Group]:
    """The groups with findings, figures and tables of their own: those with a course or a test in which backends are
    set against each other; of very many, a few.
    """
    trained = _trained(groups)
    return trained if len(trained) <= MAX_GROUPS else trained[:FEW_GROUPS]


def groups_note(groups: Sequence[Group]) -> list[str]:
    """A sentence on the groups that are not shown in detail; nothing where all are."""
    count, shown = len(_trained(groups)), len(detailed(groups))
    if count == shown:
        return []
    return [f"Findings, figures and tables of labels are of the first {shown} of {count:,} settings alone. {ALL}"]


def _trained(groups: Sequence[Group]) -> list[Group]:
    return compared([group for group in groups if any(run.history or run.test for run in group.runs)])
