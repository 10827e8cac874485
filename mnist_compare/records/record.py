"""The record of a run, which says all that a report needs: reports are made from records alone."""

import statistics
from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property

import msgspec

from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.experiment.evaluation import Evaluation
from mnist_compare.io.bounds import Count, Fact, Name, Real, Seed, Size
from mnist_compare.lowering import TUNED
from mnist_compare.recipe import Precision
from mnist_compare.recipe.mode import Mode
from mnist_compare.records.latency import Latency
from mnist_compare.records.provenance import Provenance
from mnist_compare.records.spec import RunSpec
from mnist_compare.records.timing import Times, Timing, counted, median_times

UNKNOWN_CORES = 1_000_000
MARGIN = 0.1
"""Percentage points of accuracy: backends that differ by less are as good as equal, unless --margin says otherwise."""


class Status(StrEnum):
    """How a run ended."""

    DONE = "done"
    """All epochs were trained."""
    DIVERGED = "diverged"
    """The loss stopped being a finite number."""
    REFUSED = "refused"
    """The backend or its device cannot do what was asked; nothing was trained."""
    FAILED = "failed"
    """The framework or the program raised an error."""
    CRASHED = "crashed"
    """The worker process ended without a word, killed by a signal for instance."""
    TIMED_OUT = "timed_out"
    """It took longer than it was given, and was killed."""
    INTERRUPTED = "interrupted"
    """The user stopped the comparison."""
    PRUNED = "pruned"
    """The pruner of a study stopped it early, since other trials were ahead by then."""


class Record(msgspec.Struct, frozen=True, dict=True):
    """One run, executed: a line of results.jsonl. Paths are relative to the comparison's folder; times of day are UTC.

    `status` says how it ended, and `reason` why if it is not done. Accuracies are shares of the images, from 0 to 1,
    and None where nothing was trained; `train_seconds` and `images_per_second` are those of steady training, without
    the first step. `history` has an EpochResult per epoch, `test` is the Evaluation after the last, `times` the seconds
    by phase, and `spec` all that was asked for.

    What that has come to are `used_device`, `used_threads` (a backend may use fewer than it is given) and
    `used_execution`, empty where that is not known. Where no worker came so far, device and threads are as asked for.
    `passes` are those of `mnist_compare.lowering` that the network was tuned with, none where it was trained plain.

    `other_cores` are the cores that other processes kept busy during the run, on average, of those it might use.
    `resumed` is how many times the run was taken up again after an interruption; `superseded` says that a later
    `--force` has replaced this record. `jobs` are the runs that were trained at a time. `python` is the interpreter
    that it ran in (~ is the home of its user), or several of a relay, with commas. `repeats` are later timings of
    the same training, the oldest first. `margin` was declared before the run: by how many percentage points
    accuracies may differ and still be called equal. `latency` is how long the trained network takes for batches of
    several sizes, in the process that trained it. `best_epoch` is the one that early stopping has chosen: weights,
    test and accuracies are of that. `trials` are the numbers of those trials of a study that the run is of: the first
    was trained, and later ones came to the same setting.
    Fields with a default are missing in the records of older versions.
    """

    key: str
    backend: Name
    architecture: Name
    recipe: Name
    seed: Seed
    mode: Mode
    precision: Precision
    status: Status
    reason: str
    used_device: Name
    used_threads: Size
    parameters: Count
    epochs: Count
    test_accuracy: Real | None
    test_loss: Real | None
    train_accuracy: Real | None
    train_loss: Real | None
    train_seconds: Real | None
    images_per_second: Real | None
    weights: str | None
    weights_sha256: str | None
    spec: RunSpec
    history: list[EpochResult]
    test: Evaluation | None
    times: Times
    peak_memory_bytes: Count | None
    device_memory_bytes: Count | None
    versions: dict[str, str]
    machine: dict[str, Fact]
    started: str
    finished: str
    other_cores: Real | None = None
    resumed: int = 0
    used_execution: str = ""
    passes: tuple[str, ...] = ()
    jobs: Size = 1
    superseded: bool = False
    provenance: Provenance | None = None
    python: str = ""
    repeats: list[Timing] = []
    margin: Real | None = None
    latency: list[Latency] = []
    best_epoch: Count | None = None
    trials: tuple[Count, ...] = ()

    def __repr__(self) -> str:
        mode = "" if self.mode == "matched" else f" {self.mode}"
        mode += "" if self.spec.tuning == TUNED else f" {self.spec.tuning}"
        mode += "" if self.spec.processes == 1 else f" {self.spec.processes} processes"
        found = "" if self.test_accuracy is None else f", test accuracy {self.test_accuracy:.2%}"
        return f"<Record {self.backend} {self.architecture}{mode} seed {self.seed}: {self.status.value}{found}>"

    @property
    def cores(self) -> int:
        """The cores of the record's machine; where that has no number, so many that nothing counts as a disturbance."""
        return self._machine_cores("cores")

    @cached_property
    def usable_cores(self) -> int:
        """Those of the cores that the run might use: a container or a user's setting may give it fewer."""
        return min(self.cores, self._machine_cores("usable_cores"))

    def _machine_cores(self, name: str) -> int:
        cores = self.machine.get(name)
        return cores if isinstance(cores, int) and cores > 0 else UNKNOWN_CORES

    @cached_property
    def timings(self) -> list[Timing]:
        """Every timing of the run, that of its training first."""
        own = Timing(
            self.times,
            [epoch.train_seconds for epoch in self.history],
            self.images_per_second,
            self.other_cores,
            self.jobs,
            self.resumed,
            self.started,
            self.finished,
        )
        return [own, *self.repeats]

    @cached_property
    def counted(self) -> list[Timing]:
        """The timings that count: those in one go, alone and on a quiet machine, where there are any."""
        return counted(self.timings, self.used_threads, self.usable_cores)

    @cached_property
    def counted_times(self) -> Times:
        """The seconds by phase that tables show: the medians of the timings that count."""
        return median_times(self.counted)

    @cached_property
    def counted_others(self) -> float:
        """The most cores that other processes kept busy in a timing that counts."""
        return max(timing.other_cores or 0.0 for timing in self.counted)

    @cached_property
    def is_disturbed(self) -> bool:
        """Whether other work than runs of the same comparison may have taken cores in all timings that count."""
        threads, cores = self.used_threads, self.usable_cores
        return all(timing.jobs == 1 and timing.is_disturbed(threads, cores) for timing in self.counted)

    @cached_property
    def lost(self) -> float:
        """The largest share of the training time that other work may have cost, over the timings that count."""
        return statistics.fmean(timing.lost(self.used_threads, self.usable_cores) for timing in self.counted)


def current(records: Iterable[Record]) -> list[Record]:
    """The records that count: without those that a later `--force` has replaced."""
    return [record for record in records if not record.superseded]
