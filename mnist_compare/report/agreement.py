"""Image by image: in how many predictions two runs differ, and whether the framework matters more than the seed."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mnist_compare.backend import relay_members
from mnist_compare.document.table import Table
from mnist_compare.document.words import NOTHING
from mnist_compare.experiment.predictions import Answers, unpack
from mnist_compare.records.measures import once
from mnist_compare.records.record import Record
from mnist_compare.report.intervals import corrected, mcnemar
from mnist_compare.report.statistics import BackendRuns, Group

MAX_SEEDS = 20
"""Of more seeds the first ones are compared: their pairs grow with the square."""
FRAMEWORK, SEED = "other framework, same seed", "other seed, same framework"
VERSIONS, RELAY = "other versions, same seed", "some epochs' framework, same seed"
TITLE = "Agreement, image by image"


@dataclass(frozen=True)
class RunPredictions:
    """The predictions of one run for the test images."""

    backend: str
    label: str
    seed: int
    answers: Answers

    @property
    def name(self) -> str:
        """The run among those of its group: "torch, seed 0"."""
        return f"{self.label}, seed {self.seed}"


@dataclass(frozen=True)
class Agreement:
    """Two runs on the same images: `differing` of `count` predictions are not the same.

    `only_a` and `only_b` are the images that one of them alone reads rightly; `kappa` is Cohen's, None where chance
    alone would give full agreement.
    """

    a: RunPredictions
    b: RunPredictions
    count: int
    differing: int
    only_a: int
    only_b: int
    kappa: float | None

    @property
    def kind(self) -> str:
        """What differs between the two runs, such as the framework or the seed; "" where both do."""
        if self.a.seed != self.b.seed:
            return SEED if self.a.label == self.b.label else ""
        if self.a.backend == self.b.backend:
            return VERSIONS
        return RELAY if set(relay_members(self.a.backend)) & set(relay_members(self.b.backend)) else FRAMEWORK


@once
def run_predictions(group: Group) -> tuple[RunPredictions, ...]:
    """The runs of a group that are done and tell what they predict, on equally many images, backend by backend."""
    found = [one for row in group.finished for run in _first(row) if (one := _predictions(row, run))]
    size = max((len(one.answers.classes) for one in found), default=0)
    return tuple(one for one in found if len(one.answers.classes) == size)


@once
def agreements(group: Group) -> tuple[Agreement, ...]:
    """Every pair of runs of a group that has the seed or the backend in common."""
    pairs = combinations(run_predictions(group), 2)
    return tuple(compared(a, b) for a, b in pairs if a.seed == b.seed or a.label == b.label)


def compared(a: RunPredictions, b: RunPredictions) -> Agreement:
    """The agreement of two runs."""
    ours, theirs = a.answers, b.answers
    return Agreement(
        a,
        b,
        count=len(ours.classes),
        differing=int((ours.classes != theirs.classes).sum()),
        only_a=int((ours.right & ~theirs.right).sum()),
        only_b=int((theirs.right & ~ours.right).sum()),
        kappa=kappa(ours.classes, theirs.classes),
    )


def kappa(a: NDArray[np.integer], b: NDArray[np.integer]) -> float | None:
    """Cohen's kappa of two predictions [N]: the agreement beyond chance, as a share of all that could be beyond it."""
    size = len(a)
    longest = max(int(a.max()), int(b.max())) + 2
    ours, theirs = (np.bincount(found.astype(np.int64) + 1, minlength=longest) / size for found in (a, b))
    chance = float(ours @ theirs)
    return None if chance >= 1 else (float((a == b).mean()) - chance) / (1 - chance)


def agreement_sentences(groups: Sequence[Group]) -> list[str]:
    """Whether the framework matters more than the seed: one sentence for each group that can say something of it."""
    found = [
        (group, pairs) for group in groups if (pairs := [p for p in agreements(group) if p.kind in (FRAMEWORK, SEED)])
    ]
    return [(f"{group.label}: " if len(groups) > 1 else "") + _answer(group, pairs) for group, pairs in found]


def agreement_table(groups: Sequence[Group]) -> Table:
    """The pairs of backends at the same seeds, and of the seeds of each backend, as means over the pairs."""
    rows = [row for group in groups for row in _rows(group)]
    columns = ["network", "runs", "what differs", "pairs", "other prediction", "range", "kappa"]
    columns += ["right in one alone", "McNemar p"]
    note = (
        "Of the test images. Kappa is Cohen's. Right in one alone: images that the first, and that the second alone "
        "reads rightly. McNemar: the smallest p-value of the pairs, by Holm's correction for all of the row; of other "
        f"seeds it is left out, since which one comes first means nothing. Of a backend, {MAX_SEEDS} seeds at most are "
        "compared, the first ones."
    )
    return Table(TITLE, tuple(columns), tuple(rows), note if rows else "")


def _first(row: BackendRuns) -> tuple[Record, ...]:
    return row.done[:MAX_SEEDS]


def _predictions(row: BackendRuns, run: Record) -> RunPredictions | None:
    answers = unpack(run.test.predictions) if run.test else None
    return RunPredictions(row.backend, row.label, run.seed, answers) if answers else None


def _answer(group: Group, pairs: Sequence[Agreement]) -> str:
    frameworks, seeds = ([pair for pair in pairs if pair.kind == kind] for kind in (FRAMEWORK, SEED))
    told = []
    if frameworks:
        told.append(f"another framework with the same seed changes {_changes(frameworks)}")
    if seeds:
        told.append(f"another seed in the same framework changes {_changes(seeds)}")
    count = pairs[0].count
    sentence = f"Of {count:,} predictions, {', and '.join(told)}."
    if not frameworks or not seeds:
        missing = "seeds: with several" if frameworks else "frameworks: with several"
        return f"{sentence} There is no pair of {missing}, the report says which of the two matters more."
    return f"{sentence} {_verdict(frameworks, seeds)}"


def _verdict(frameworks: Sequence[Agreement], seeds: Sequence[Agreement]) -> str:
    by_framework, by_seed = ([pair.differing for pair in pairs] for pairs in (frameworks, seeds))
    if max(by_framework) < min(by_seed):
        return "So the seed matters more than the framework, in every pair of these runs."
    if max(by_seed) < min(by_framework):
        return "So the framework matters more than the seed, in every pair of these runs."
    return "The two overlap, so these runs do not show that one matters more than the other."


def _changes(pairs: Sequence[Agreement]) -> str:
    """How many predictions: on average, with the range over the pairs."""
    counts = [pair.differing for pair in pairs]
    if len(set(counts)) == 1:
        return f"{counts[0]:,}{f' in each of {len(counts):,} pairs' if len(counts) > 1 else ''}"
    return f"{_mean(counts)} on average ({min(counts):,} to {max(counts):,} in {len(counts):,} pairs)"


def _rows(group: Group) -> Iterator[tuple[str, ...]]:
    """A row for each pair of backends, then one for the seeds of each."""
    found: dict[tuple[str, str], list[Agreement]] = {}
    for pair in agreements(group):
        found.setdefault((pair.a.label, pair.b.label), []).append(pair)
    for (a, b), pairs in sorted(found.items(), key=lambda item: item[0][0] == item[0][1]):
        counts, kappas = [pair.differing for pair in pairs], [pair.kappa for pair in pairs if pair.kappa is not None]
        same = a == b
        yield (
            group.label,
            a if same else f"{a} and {b}",
            pairs[0].kind,
            f"{len(pairs):,}",
            f"{_mean(counts)} of {pairs[0].count:,}",
            f"{min(counts):,} to {max(counts):,}" if len(set(counts)) > 1 else NOTHING,
            f"{statistics.fmean(kappas):.4f}" if kappas else NOTHING,
            f"{_mean([pair.only_a for pair in pairs])} / {_mean([pair.only_b for pair in pairs])}",
            NOTHING if same else f"{min(corrected([mcnemar(pair.only_a, pair.only_b) for pair in pairs])):.3g}",
        )


def _mean(counts: Sequence[int]) -> str:
    mean = statistics.fmean(counts)
    return f"{mean:,.0f}" if mean == int(mean) else f"{mean:,.1f}"
