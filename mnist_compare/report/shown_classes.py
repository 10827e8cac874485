"""The classes that figures and tables have room for: all, or of many those that are mistaken most often."""

import numpy as np
from numpy.typing import NDArray

from mnist_compare.records.measures import once
from mnist_compare.report.statistics import BackendRuns, Group

MOST_SHOWN = 20


def confusion_of(row: BackendRuns) -> NDArray[np.int64]:
    """Images by [label][prediction], added up over a row's runs."""
    total: NDArray[np.int64] = np.sum([run.test.matrix for run in row.done if run.test], axis=0)
    return total


@once
def shown_classes(group: Group) -> tuple[int, ...]:
    """Their labels in order: of more than 20 classes the 20 with the most images that are taken for others, or that
    others are taken for.
    """
    if group.class_count <= MOST_SHOWN:
        return tuple(range(group.class_count))
    mistakes = np.zeros(group.class_count, dtype=np.int64)
    for row in group.finished:
        if any(run.test for run in row.done):
            errors = confusion_of(row)
            mistakes += errors.sum(axis=0) + errors.sum(axis=1) - 2 * errors.diagonal()
    return tuple(sorted(np.argsort(-mistakes, kind="stable")[:MOST_SHOWN].tolist()))


def shown_note(group: Group) -> str:
    """Which classes these are, where they are not all: a sentence, or ""."""
    if group.class_count <= MOST_SHOWN:
        return ""
    return f"Of {group.class_count:,} classes, the {MOST_SHOWN} with the most mistakes."
