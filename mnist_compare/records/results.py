"""The record of a run, and the file that keeps the records of a comparison.

A record says all that a report needs: reports are made from records alone. `results.jsonl` holds one
record per line; a run that is done again is a new line, and the newest line of a key counts.
"""

import os
import statistics
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping, Set
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from itertools import count
from pathlib import Path

import msgspec
from msgspec.structs import replace

from mnist_compare.architecture import Architecture
from mnist_compare.errors import MnistCompareError, OutputError
from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.experiment.evaluation import Evaluation
from mnist_compare.io.bounds import Count, Fact, Name, Real, Seed, Size
from mnist_compare.io.decoding import decode_json
from mnist_compare.io.files import write_file
from mnist_compare.io.reading import read_utf8
from mnist_compare.recipe import Precision, Recipe
from mnist_compare.recipe.mode import Execution, Mode
from mnist_compare.records.provenance import Provenance
from mnist_compare.records.timing import Times, Timing, counted, median_times

RESULTS_FILE = "results.jsonl"
MAX_RESULTS_BYTES = 2_000_000_000
MAX_BACKENDS = 100
UNKNOWN_CORES = 1_000_000


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


class DataSpec(msgspec.Struct, frozen=True):
    """Which images a run trains and tests on.

    `source` is `mnist` or a path; `fingerprint` is the SHA-256 of the whole set's pixels and labels; the sizes
    are those in use (the whole set where no subset was asked for).
    """

    source: str
    fingerprint: str
    train_size: Size
    test_size: Size
    validation_size: Count = 0
    subset_seed: Seed = 0


class RunSpec(msgspec.Struct, frozen=True):
    """All that determines a run's numbers, before the environment comes in."""

    backend: Name
    architecture: Architecture
    recipe: Recipe
    data: DataSpec
    seed: Seed = 0
    mode: Mode = "matched"
    device: Name = "auto"
    threads: Size = 1
    execution: Execution = "auto"


class Record(msgspec.Struct, frozen=True):
    """One run, executed: a line of results.jsonl. Paths are relative to the comparison's folder; times of day are UTC.

    `status` says how it ended, and `reason` why if it is not done. Accuracies are shares of the images, from 0 to 1,
    and None where nothing was trained; `train_seconds` and `images_per_second` are those of steady training, without
    the first step. `history` has an EpochResult per epoch, `test` is the Evaluation after the last, `times` the seconds
    by phase, and `spec` all that was asked for.

    `other_cores` are the cores that other processes kept busy during the run, on average, of those it might use.
    `resumed` is how many times the run was taken up again after an interruption; `superseded` says that a later
    `--force` has replaced this record. `threads` are those that the backend used of the ones that the spec gives it
    (see `used_threads`); `jobs` are the runs that were trained at a time. `python` is the interpreter that it ran in,
    or several of a relay, with commas. `repeats` are later timings of the same training, the oldest first.
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
    device: Name
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
    execution: str = ""
    threads: Count | None = None
    jobs: Size = 1
    superseded: bool = False
    provenance: Provenance | None = None
    python: str = ""
    repeats: list[Timing] = []

    def __repr__(self) -> str:
        mode = "" if self.mode == "matched" else f" {self.mode}"
        found = "" if self.test_accuracy is None else f", test accuracy {self.test_accuracy:.2%}"
        return f"<Record {self.backend} {self.architecture}{mode} seed {self.seed}: {self.status.value}{found}>"

    @property
    def used_threads(self) -> int:
        """The CPU threads that the framework used; those that it was given where it did not say."""
        return self.threads or self.spec.threads

    @property
    def cores(self) -> int:
        """The cores of the record's machine; where that has no number, so many that nothing counts as a disturbance."""
        return self._machine_cores("cores")

    @property
    def usable_cores(self) -> int:
        """Those of the cores that the run might use: a container or a user's setting may give it fewer."""
        return min(self.cores, self._machine_cores("usable_cores"))

    def _machine_cores(self, name: str) -> int:
        cores = self.machine.get(name)
        return cores if isinstance(cores, int) and cores > 0 else UNKNOWN_CORES

    @property
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

    @property
    def counted(self) -> list[Timing]:
        """The timings that count: those in one go, alone and on a quiet machine, where there are any."""
        return counted(self.timings, self.used_threads, self.usable_cores)

    @property
    def counted_times(self) -> Times:
        """The seconds by phase that tables show: the medians of the timings that count."""
        return median_times(self.counted)

    @property
    def counted_others(self) -> float:
        """The most cores that other processes kept busy in a timing that counts."""
        return max(timing.other_cores or 0.0 for timing in self.counted)

    @property
    def is_disturbed(self) -> bool:
        """Whether other work than runs of the same comparison may have taken cores in all timings that count."""
        threads, cores = self.used_threads, self.usable_cores
        return all(timing.jobs == 1 and timing.is_disturbed(threads, cores) for timing in self.counted)

    @property
    def lost(self) -> float:
        """The largest share of the training time that other work may have cost, over the timings that count."""
        return statistics.fmean(timing.lost(self.used_threads, self.usable_cores) for timing in self.counted)


def current(records: Iterable[Record]) -> list[Record]:
    """The records that count: without those that a later `--force` has replaced."""
    return [record for record in records if not record.superseded]


def append_record(folder: Path, record: Record) -> None:
    """Add one line to the folder's results and wait until it is on the disk; where that fails, none is added."""
    path = folder / RESULTS_FILE
    try:
        with path.open("ab", buffering=0) as file:  # a buffer would be written once more, after all, when it is closed
            size = file.tell()
            try:
                rest = msgspec.json.encode(record) + b"\n"
                while rest:
                    rest = rest[file.write(rest) :]
                os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    file.truncate(size)
                raise
    except OSError as error:
        raise OutputError(f"Cannot write {path}: {error.strerror}. {_what_is_left(path, error)}") from None


def _what_is_left(path: Path, error: OSError) -> str:
    if os.path.exists(path):  # noqa: PTH110  a Path raises where the folder cannot be looked into
        return "Its earlier records are whole."
    if isinstance(error, FileNotFoundError):
        return f"The folder {path.parent} is gone."
    return "Once that is mended, the same command goes on."


def repair_results(folder: Path) -> str | None:
    """Take away a last line that was written by half, when the machine went down for instance.

    Gives the name of the file that keeps it, or None where all is whole. The lines before stay as they are.
    """
    path = folder / RESULTS_FILE
    if not path.exists():
        return None
    content = _read(path)
    whole, half = content[: content.rfind(b"\n") + 1], content[content.rfind(b"\n") + 1 :]
    if _is_blank(half):
        return None
    if _is_record(half):  # only its end of line is missing
        write_file(path, content + b"\n")
        return None
    kept = next(name for n in count(1) if not (name := folder / f"half-record-{n}.txt").exists())
    write_file(kept, half)
    write_file(path, whole)
    return kept.name


def supersede(folder: Path, keys: Set[str], moved: Mapping[str, str]) -> None:
    """Mark the records of these keys as superseded; their weights now lie where `moved` says (old -> new path)."""
    records = [
        replace(record, superseded=True, weights=moved.get(record.weights or "", record.weights))
        if record.key in keys and not record.superseded
        else record
        for record in read_all_records(folder)
    ]
    write_file(folder / RESULTS_FILE, b"".join(msgspec.json.encode(record) + b"\n" for record in records))


def read_records(folder: Path) -> list[Record]:
    """The newest record of every run in the folder, in the order in which the runs first appear.

    Superseded ones come along; a last line that was written by half is left out. Raises OutputError naming the file
    and line that is no record.
    """
    newest: dict[tuple[str, str], Record] = {}
    for record in read_all_records(folder):
        newest[record.key, record.finished if record.superseded else ""] = record
    return list(newest.values())


def read_all_records(folder: Path) -> list[Record]:
    """Every record in the folder, in the order of the file; raises as `read_records` does."""
    path = folder / RESULTS_FILE
    *lines, half = _read(path).split(b"\n")
    if _is_record(half):
        lines.append(half)
    records = []
    for number, line in enumerate(lines, 1):
        if _is_blank(line):
            continue
        try:
            records.append(_decode(line))
        except ValueError as error:
            raise OutputError(
                f"{path}, line {number} is no record of mnist_compare: {error}. "
                "Put it right, or take the line out: its run is then done again."
            ) from None
    if len({record.backend for record in records}) > MAX_BACKENDS:
        raise OutputError(f"{path} holds runs of more than {MAX_BACKENDS} backends, for which no figure has room.")
    return records


def _read(path: Path) -> bytes:
    try:
        return read_utf8(path, MAX_RESULTS_BYTES)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        remedy = f" Give the folder of a comparison: it holds {RESULTS_FILE}." if missing else ""
        raise OutputError(f"Cannot read {path}: {error.strerror}.{remedy}") from None


def _is_blank(line: bytes) -> bool:
    """Whether nothing is in the line: editors leave such ones at the end, and byte-order marks before lines."""
    return not line.removeprefix(BOM_UTF8).strip()


def _is_record(line: bytes) -> bool:
    try:
        _decode(line)
    except ValueError:
        return False
    return True


def _decode(line: bytes) -> Record:
    """The record in a line, of a network and a recipe and times that can be; raises ValueError where there is none."""
    try:
        record = decode_json(line.removeprefix(BOM_UTF8), Record)
        record.spec.recipe.check(rounded=False)
        _ = record.spec.architecture.shaped_layers
    except (msgspec.DecodeError, RecursionError, MnistCompareError) as error:
        raise ValueError(str(error)) from None
    if any(datetime.fromisoformat(moment).tzinfo is None for moment in (record.started, record.finished)):
        raise ValueError("its times of day have no time zone")
    return record
