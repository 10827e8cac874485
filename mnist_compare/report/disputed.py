"""The test images on which runs disagree, and what each of them makes of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mnist_compare.experiment.predictions import NO_CLASS, NOT_KNOWN
from mnist_compare.report.agreement import RunPredictions, run_predictions
from mnist_compare.report.evaluated_images import EvaluatedImages
from mnist_compare.report.statistics import Group

MOST = 24
"""Images of a network."""


@dataclass(frozen=True)
class Answer:
    """What the runs of one row say of an image: a class, in how many runs, and how sure they are in percent on average.

    `predicted` is None for a number that is no class, `percent` where no probability is known.
    """

    label: str
    predicted: int | None
    runs: int
    of: int
    percent: float | None


@dataclass(frozen=True)
class Disputed:
    """A test image by its place among them, its label, and the answers, row by row, the most frequent ones first."""

    index: int
    right: int
    image: NDArray[np.uint8]
    answers: tuple[Answer, ...]


def disputed(group: Group, tests: EvaluatedImages | None) -> list[Disputed]:
    """The images that the most pairs of backends with the same seed read differently; then those of which the seeds of
    a backend do. Nothing where the images cannot be had.
    """
    if tests is None or not tests.fit(group.spec.data):
        return []
    runs = [run for run in run_predictions(group) if len(run.answers.classes) == len(tests.labels)]
    if len(runs) < 2:
        return []
    by_backend, by_seed = np.zeros(len(tests.labels)), np.zeros(len(tests.labels))
    for a, b in combinations(runs, 2):
        differing = a.answers.classes != b.answers.classes
        if a.seed == b.seed:
            by_backend += differing
        elif a.label == b.label:
            by_seed += differing
    order = np.lexsort((-by_seed, -by_backend))[:MOST]
    return [_one(int(i), runs, tests) for i in order if by_backend[i] or by_seed[i]]


def _one(index: int, runs: Sequence[RunPredictions], tests: EvaluatedImages) -> Disputed:
    rows: dict[str, list[RunPredictions]] = {}
    for run in runs:
        rows.setdefault(run.label, []).append(run)
    answers = [answer for label, own in rows.items() for answer in _answers(index, label, own)]
    return Disputed(index, int(tests.labels[index]), tests.images[index], tuple(answers))


def _answers(index: int, label: str, runs: Sequence[RunPredictions]) -> list[Answer]:
    counts = Counter(int(run.answers.classes[index]) for run in runs)
    found = []
    for predicted, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        sure = [int(r.answers.percents[index]) for r in runs if int(r.answers.classes[index]) == predicted]
        known = [percent for percent in sure if percent != NOT_KNOWN]
        mean = sum(known) / len(known) if known else None
        found.append(Answer(label, None if predicted == NO_CLASS else predicted, count, len(runs), mean))
    return found
