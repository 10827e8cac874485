"""How much of thousands of runs a report shows. A reader sees no more of them anyway; results.csv has every run."""

from collections.abc import Sequence

from mnist_compare.document.table import ALL
from mnist_compare.document.words import listing
from mnist_compare.report.settings import Study, find_studies
from mnist_compare.report.statistics import Group, compared

MAX_GROUPS = 28  # all the documented networks in both modes, tuned and plain
FEW_GROUPS = 3
MOST_SETTINGS = 6
"""Of a network with more settings the best one alone has figures and tables of its own."""


def detailed(groups: Sequence[Group]) -> list[Group]:
    """The groups with findings, figures and tables of labels of their own: those with a course or a test in which
    backends are set against each other; of very many, a few.
    """
    trained = _trained(without_settings(groups))
    return trained if len(trained) <= MAX_GROUPS else trained[:FEW_GROUPS]


def without_settings(groups: Sequence[Group]) -> list[Group]:
    """Without the settings of a network that has many, but for its best one: the section on settings has them."""
    left = {id(setting.group) for study in _large(groups) for setting in study.ranked[1:]}
    return [group for group in groups if id(group) not in left]


def groups_note(groups: Sequence[Group]) -> list[str]:
    """Sentences on the groups that are not shown in detail; nothing where all are."""
    kept = _trained(without_settings(groups))
    count, shown = len(kept), len(detailed(groups))
    told = []
    if count > shown:
        told.append(
            f"Findings, figures and tables of labels are of the first {shown} of {count:,} settings alone. {ALL}"
        )
    if large := _large(groups):
        best = listing([f"{study.ranked[0].name} ({study.title}, of {study.counted})" for study in large])
        told.append(f"Below the section on settings, tables and figures are of the best setting alone: {best}. {ALL}")
    return told


def _large(groups: Sequence[Group]) -> list[Study]:
    return [study for study in find_studies(groups) if len(study.settings) > MOST_SETTINGS]


def _trained(groups: Sequence[Group]) -> list[Group]:
    return compared([group for group in groups if any(run.history or run.test for run in group.runs)])
