"""The settings of a network: recipes that were set against each other, and what each is worth in every backend."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from statistics import fmean

from mnist_compare.backend import backend_order
from mnist_compare.document.words import plural
from mnist_compare.recipe import Recipe
from mnist_compare.records.measures import MEASURES, Measure, setting_rank
from mnist_compare.records.record import Record, Status
from mnist_compare.records.spec import HELD_OUT
from mnist_compare.report.intervals import Interval, mean_interval, share_interval
from mnist_compare.report.setting_axes import Axis, find_axes
from mnist_compare.report.statistics import BackendRuns, Group


class Judging(Enum):
    """Which images the settings of a network are judged by."""

    HELD_OUT = "held out"
    """Those of a sweep, which stand in the place of the test images."""
    OWN = "own"
    """The validation images that the recipe, or the run, sets apart."""
    TEST = "test"
    """The test images, by which one must not choose."""

    @property
    def measures(self) -> tuple[Measure, Measure]:
        """Accuracy and loss."""
        own = self is Judging.OWN
        return ("validation_accuracy", "validation_loss") if own else ("test_accuracy", "test_loss")

    @property
    def accuracy(self) -> str:
        """The accuracy in words; of held-out images it is `judged_word` that puts the right one in its place."""
        return "validation accuracy" if self is Judging.OWN else "test accuracy"


@dataclass(frozen=True)
class Score:
    """What the runs of a setting have come to in one backend, or in all: accuracies and losses of those that are done,
    by seed (and backend); `failed` is how many others there are, `diverged` how many of these diverged. Those that a
    study has `pruned` are no failures.

    `images` is how many images an accuracy is of.
    """

    accuracies: tuple[float, ...]
    losses: tuple[float, ...]
    failed: int
    diverged: int
    images: int
    pruned: int = 0

    @property
    def mean(self) -> float | None:
        """The accuracy; None where no run is done."""
        return fmean(self.accuracies) if self.accuracies else None

    @property
    def rank(self) -> tuple[int, float, float]:
        """The least is the best."""
        lost = self.failed + self.pruned
        if self.mean is None:
            return setting_rank(lost, 0.0, math.inf)
        return setting_rank(lost, self.mean, fmean(self.losses) if self.losses else math.inf)

    @property
    def interval(self) -> Interval | None:
        """Student's for the mean over several seeds; of one run Wilson's, for other images of the same kind."""
        if len(self.accuracies) > 1:
            return mean_interval(self.accuracies, resolution=1 / self.images)
        if self.accuracies and self.images:
            return share_interval(round(self.accuracies[0] * self.images), self.images)
        return None

    @property
    def words(self) -> str:
        """In a cell: the accuracy, and what failed."""
        lost = f"{self.diverged} diverged" if self.diverged == self.failed else f"{self.failed} failed"
        if self.mean is None:
            return "diverged" if self.diverged else "pruned" if self.pruned else "failed"
        return f"{100 * self.mean:.2f} %{f' ({lost})' if self.failed else ''}"


@dataclass(frozen=True)
class Setting:
    """A recipe of a network, with the group of its runs, and its score in each backend by the label of the row."""

    name: str
    group: Group
    scores: dict[str, Score]

    @property
    def recipe(self) -> Recipe:
        """How it is trained."""
        return self.group.spec.recipe

    @cached_property
    def score(self) -> Score:
        """Over all backends."""
        every = list(self.scores.values())
        return Score(
            tuple(value for one in every for value in one.accuracies),
            tuple(value for one in every for value in one.losses),
            sum(one.failed for one in every),
            sum(one.diverged for one in every),
            max((one.images for one in every), default=0),
            sum(one.pruned for one in every),
        )

    @property
    def trials(self) -> tuple[int, ...]:
        """The numbers of the trials of a study that came to it; none of a sweep."""
        return tuple(sorted({number for run in self.group.runs for number in run.trials}))

    def row(self, label: str) -> BackendRuns:
        """Its runs in a backend."""
        return next(row for row in self.group.rows if row.label == label)


@dataclass(frozen=True)
class Study:
    """The settings of one network, all else being equal; `title` names the network among others."""

    title: str
    settings: tuple[Setting, ...]
    judging: Judging

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """What varies among them."""
        return find_axes(self.recipes)

    @property
    def backends(self) -> list[str]:
        """The labels of the rows in which a setting has a run that is done."""
        return backend_order(self._ranked_by_label)

    @property
    def recipes(self) -> list[Recipe]:
        """Of all settings."""
        return [one.recipe for one in self.settings]

    @cached_property
    def ranked(self) -> list[Setting]:
        """The best over all backends first; of equal ones the one that came first."""
        return sorted(self.settings, key=lambda one: one.score.rank)

    def ranked_in(self, label: str) -> list[Setting]:
        """The settings that a backend has, the best first: of equal ones the one that came first."""
        return self._ranked_by_label[label]

    @cached_property
    def _ranked_by_label(self) -> dict[str, list[Setting]]:
        found: dict[str, list[Setting]] = {}
        for one in self.settings:
            for label, score in one.scores.items():
                if score.accuracies:
                    found.setdefault(label, []).append(one)
        return {label: sorted(own, key=lambda one: one.scores[label].rank) for label, own in found.items()}

    @property
    def best_names(self) -> dict[str, str]:
        """The best setting of each backend, by the label of its row."""
        return {label: self.ranked_in(label)[0].name for label in self.backends}

    @property
    def seeds(self) -> int:
        """The most runs that a score in a backend is the mean of."""
        return max((len(score.accuracies) for one in self.settings for score in one.scores.values()), default=0)

    @property
    def is_matched(self) -> bool:
        """Whether its backends were given the same weights and batches."""
        return self.settings[0].group.spec.mode == "matched"

    @property
    def counted(self) -> str:
        """How many settings, in words."""
        return plural(len(self.settings), "setting")


def find_studies(groups: Sequence[Group]) -> tuple[Study, ...]:
    """The networks with two recipes or more that were trained alike, in the order in which they first appear, of which
    any has a result.
    """
    found: dict[object, list[Group]] = {}
    for group in groups:
        if any(run.status is Status.DONE or run.history for run in group.runs):
            found.setdefault(_alike(group), []).append(group)
    several = [own for own in found.values() if len({group.spec.recipe for group in own}) > 1]
    return tuple(study for own in several if (study := _study(own, several)).backends)


def _alike(group: Group) -> object:
    """All that is equal in the settings of a study. Images for training and validation may follow from the recipe."""
    spec, setting = group.spec, group.setting
    images = spec.data.train_size + spec.data.validation_size
    data = (spec.data.fingerprint, images, spec.data.test_size, spec.data.subset_seed, spec.data.judged_on)
    how = (spec.mode, spec.tuning, spec.execution, spec.threads, spec.processes, spec.start, spec.train_metrics)
    return spec.architecture, data, how, setting.device, setting.machine, setting.version, setting.code


def _study(groups: Sequence[Group], all_: Sequence[Sequence[Group]]) -> Study:
    name = groups[0].spec.architecture.name
    judging = _judging(groups)
    prefix = f"{name}, "
    settings = tuple(
        Setting(
            group.label.removeprefix(prefix), group, {row.label: _score(row.runs, judging, row) for row in group.rows}
        )
        for group in groups
    )
    alike = [own for own in all_ if own[0].spec.architecture.name == name]
    title = name if len(alike) == 1 else f"{name}, {_told_apart(groups[0], [own[0] for own in alike])}"
    return Study(title, settings, judging)


def _told_apart(group: Group, others: Sequence[Group]) -> str:
    """How a study differs from others of the network: mode and tuning for instance."""

    def told(one: Group) -> tuple[str, ...]:
        setting = one.setting
        processes = plural(one.spec.processes, "process")
        return (
            one.spec.mode,
            one.spec.tuning,
            processes,
            setting.device,
            setting.machine,
            setting.version,
            setting.code,
        )

    differing = [i for i, values in enumerate(zip(*map(told, others), strict=True)) if len(set(values)) > 1]
    return ", ".join(told(group)[i] for i in differing) or f"like {group.label}"


def _judging(groups: Iterable[Group]) -> Judging:
    data = [group.spec.data for group in groups]
    if all(one.judged_on == HELD_OUT for one in data):
        return Judging.HELD_OUT
    return Judging.OWN if all(one.validation_size for one in data) else Judging.TEST


def _score(runs: Sequence[Record], judging: Judging, row: BackendRuns) -> Score:
    accuracy, loss = (MEASURES[measure] for measure in judging.measures)
    done = [run for run in runs if run.status is Status.DONE]
    pruned = sum(run.status is Status.PRUNED for run in runs)
    data = row.runs[0].spec.data
    return Score(
        tuple(value for run in done if (value := accuracy(run)) is not None and 0 <= value <= 1),
        tuple(value for run in done if (value := loss(run)) is not None),
        len(runs) - len(done) - pruned,
        sum(run.status is Status.DIVERGED for run in runs),
        data.validation_size if judging is Judging.OWN else data.test_size,
        pruned,
    )
