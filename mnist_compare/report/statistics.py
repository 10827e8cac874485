"""Runs in groups: what may be compared, and what may be averaged.

A group holds the runs that may be compared with one another: all is equal in them but backend and seed, and one
machine and one state of mnist_compare made them. A row of it holds the runs that may be averaged: of one backend, in
the same versions. Only runs that are done count in a statistic.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from msgspec.structs import replace

from mnist_compare.backend import backend_order
from mnist_compare.certify.certificate import Pair
from mnist_compare.document.labels import distinct_labels
from mnist_compare.document.words import facets
from mnist_compare.lowering import TUNINGS
from mnist_compare.recipe.mode import named_defaults
from mnist_compare.records.measures import MEASURES, Measure, Spread, spread
from mnist_compare.records.record import Record, Status, current
from mnist_compare.records.spec import RunSpec
from mnist_compare.records.timing import RESUMED
from mnist_compare.report.images import class_word, is_mnist
from mnist_compare.report.origin import Origins, by_time, find_origins

LEARNT = ("device", "machine", "version", "code")
"""What a run learns once it trains: where it never came to that, they are no property of it."""


def _rank(run: Record) -> int:
    """How far the times of a run can be trusted; see `Timing.rank`."""
    return run.counted[0].rank(run.used_threads, run.usable_cores)


@dataclass(frozen=True)
class BackendRuns:
    """The runs of one backend in a group, in the same versions, by seed; `label` tells it from rows of other versions.

    Without other versions, the label is the backend's name.
    """

    backend: str
    label: str
    runs: tuple[Record, ...]

    @cached_property
    def done(self) -> tuple[Record, ...]:
        """The runs that trained to the end."""
        return tuple(run for run in self.runs if run.status is Status.DONE)

    @property
    def accuracies(self) -> dict[int, float]:
        """The test accuracies of the runs that are done, by seed."""
        return {run.seed: run.test_accuracy for run in self.done if run.test_accuracy is not None}

    @property
    def resolution(self) -> float:
        """One test image, as a share: the step in which accuracies are measured."""
        return 1 / self.runs[0].spec.data.test_size

    @property
    def resumed(self) -> tuple[Record, ...]:
        """The runs that are done, and were interrupted and taken up again on the way in every timing."""
        return tuple(run for run in self.done if _rank(run) == RESUMED)

    @cached_property
    def timed(self) -> tuple[Record, ...]:
        """The runs whose times count: those in one go, alone on a quiet machine; where there is none, disturbed ones;
        then those beside others of the comparison; then those that were interrupted and resumed.
        """
        least = min(map(_rank, self.done), default=0)
        return tuple(run for run in self.done if _rank(run) == least)

    @property
    def passes(self) -> tuple[str, ...]:
        """The passes that its networks were tuned with; none where that is not known either."""
        return tuple(dict.fromkeys(name for run in self.runs for name in run.passes))

    @property
    def statuses(self) -> dict[Status, int]:
        """How many runs ended in which way."""
        return {status: n for status in Status if (n := sum(run.status is status for run in self.runs))}

    def spread(self, measure: Measure) -> Spread | None:
        """The measure over the runs that are done, or None where none of them has it."""
        return self._spread(measure, "done")

    def timing(self, measure: Measure) -> Spread | None:
        """The measure over the runs whose times count."""
        return self._spread(measure, "timed")

    @cached_property
    def _spreads(self) -> dict[tuple[Measure, str], Spread | None]:
        """Those that were asked for: tables and figures show the same ones, of thousands of runs perhaps."""
        return {}

    def _spread(self, measure: Measure, which: Literal["done", "timed"]) -> Spread | None:
        if (measure, which) not in self._spreads:
            runs = self.done if which == "done" else self.timed
            self._spreads[measure, which] = spread(MEASURES[measure](run) for run in runs)
        return self._spreads[measure, which]


@dataclass(frozen=True)
class Setting:
    """All that is equal in the runs of a group; `version` and `code` are those of mnist_compare."""

    spec: RunSpec
    precision: str
    device: str
    machine: str
    version: str
    code: str


@dataclass(frozen=True)
class Group:
    """Runs that differ in backend and seed alone; `label` names the group among the others.

    `failed` are the pairs of backends that a certificate has found not to run the same training; `changed` are the
    pairs of a backend with itself, tuned and plain, that it has not found to train the same, by the backend's name.
    """

    label: str
    setting: Setting
    rows: tuple[BackendRuns, ...]
    failed: tuple[Pair, ...] = ()
    changed: tuple[tuple[str, Pair], ...] = ()

    def label_without(self, property_: str) -> str:
        """The label without one of the properties that tell it from others, such as "plain"."""
        return ", ".join(part for part in self.label.split(", ") if part != property_)

    @property
    def spec(self) -> RunSpec:
        """What the runs were asked to do, without backend, seed and device."""
        return self.setting.spec

    @property
    def stands_alone(self) -> bool:
        """Whether defaults are named in it, or passes: such runs are there to attribute a gap, which tables tell."""
        return bool(named_defaults(self.spec.mode)) or self.spec.tuning not in TUNINGS

    @property
    def finished(self) -> tuple[BackendRuns, ...]:
        """The backends with at least one run that is done."""
        return tuple(row for row in self.rows if row.done)

    @property
    def runs(self) -> tuple[Record, ...]:
        """All runs, backend by backend."""
        return tuple(run for row in self.rows for run in row.runs)

    @property
    def resolution(self) -> float:
        """One test image, as a share; see `BackendRuns.resolution`."""
        return 1 / self.spec.data.test_size

    @property
    def class_count(self) -> int:
        """How many classes its images have."""
        return self.spec.architecture.classes

    @property
    def class_word(self) -> str:
        """What a label of its images stands for: digit, or class."""
        return class_word(self.spec.data)

    def class_name(self, label: int) -> str:
        """What a label is called: by the name of its class, where a run knows one, else by its number."""
        return self._class_names[label] if label < len(self._class_names) else str(label)

    def class_words(self, label: int) -> str:
        """The same in a sentence: "digit 3", "class 3", or the name."""
        return self.class_name(label) if self.has_class_names else f"{self.class_word} {label}"

    @cached_property
    def _class_names(self) -> tuple[str, ...]:
        """Those of the newest run that has names; digits are called by their numbers."""
        named = [run for run in self.runs if run.spec.data.classes and not is_mnist(run.spec.data)]
        return max(named, key=lambda run: run.finished).spec.data.classes if named else ()

    @property
    def has_class_names(self) -> bool:
        """Whether its classes have names."""
        return bool(self._class_names)

    @property
    def regression(self) -> bool:
        """Whether the network gives a number that is cut to a label, so that its loss is a squared error."""
        return self.spec.recipe.loss == "mean_squared_error"


def by_label(runs: Iterable[Record], origins: Origins) -> dict[str, list[Record]]:
    """The runs that may be averaged, by the label of their row: by backend, then in the order of time."""
    found: dict[str, list[Record]] = {}
    for run in by_time(runs):
        found.setdefault(origins.backend(run), []).append(run)
    order = backend_order(same[0].backend for same in found.values())
    return dict(sorted(found.items(), key=lambda item: order.index(item[1][0].backend)))


def group_runs(records: Iterable[Record]) -> tuple[Group, ...]:
    """The records that stand in groups, in the order in which the groups first appear; rows by backend, runs by seed.

    Runs of different machines or of different states of mnist_compare are in different groups; runs of one backend in
    different versions are in different rows.
    """
    counted = current(records)
    origins = find_origins(counted)
    found: dict[Setting, list[Record]] = {}
    for record in counted:
        found.setdefault(_setting(record, origins), []).append(record)
    described = [(setting.spec.architecture.name, _facets(setting)) for setting in found]
    labels = distinct_labels(described, [_trained(runs) for runs in found.values()], LEARNT)
    return tuple(
        Group(label, setting, _rows(runs, origins))
        for label, (setting, runs) in zip(labels, found.items(), strict=True)
    )


def _setting(record: Record, origins: Origins) -> Setting:
    data = record.spec.data.without_words()
    shared = replace(record.spec, backend="", seed=0, device="", mode=record.mode, data=data)
    return Setting(shared, record.precision, record.used_device, origins.machine(record), **origins.core(record))


def _trained(runs: list[Record]) -> bool:
    return any(run.status is Status.DONE or run.history for run in runs)


def _rows(runs: list[Record], origins: Origins) -> tuple[BackendRuns, ...]:
    return tuple(
        BackendRuns(same[0].backend, label, tuple(sorted(same, key=lambda run: (run.seed, run.key))))
        for label, same in by_label(runs, origins).items()
    )


def _facets(setting: Setting) -> dict[str, str]:
    told = {name: getattr(setting, name) for name in ("machine", "version", "code")}
    return facets(setting.spec, setting.precision, setting.device) | told


def compared(groups: Sequence[Group]) -> list[Group]:
    """The groups in which backends are set against each other: those that attribute a gap only where all do."""
    return [group for group in groups if not group.stands_alone] or list(groups)
