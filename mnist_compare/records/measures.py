"""What is read from a run, and its mean and spread over the seeds."""

import math
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Literal, TypeVar

from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.records.record import Record
from mnist_compare.records.timing import Times

Measure = Literal[
    "test_accuracy",
    "test_loss",
    "train_accuracy",
    "validation_accuracy",
    "validation_loss",
    "right",
    "count",
    "train_seconds",
    "epoch_seconds",
    "images_per_second",
    "first_step_seconds",
    "evaluation_seconds",
    "startup_seconds",
    "total_seconds",
    "peak_memory_bytes",
    "device_memory_bytes",
]


def _median(values: Iterable[float | None]) -> float | None:
    found = [value for value in values if value is not None]
    return statistics.median(found) if found else None


Value = TypeVar("Value")
Found = TypeVar("Found")


def once(find: Callable[[Value], Found]) -> Callable[[Value], Found]:
    """Find it once of each value, a record or a group of them, on which it is kept then: claims, tables and figures
    show the same of it.
    """
    name = f"{find.__module__}.{find.__qualname__}"

    @wraps(find)
    def kept(value: Value) -> Found:
        known = vars(value)
        if name not in known:
            known[name] = find(value)
        found: Found = known[name]
        return found

    return kept


@once
def train_seconds(record: Record) -> float | None:
    """Steady training, over the timings that count; None where nothing was trained."""
    return None if record.train_seconds is None else _median(timing.times.training for timing in record.counted)


@once
def images_per_second(record: Record) -> float | None:
    """Its speed, over the timings that count."""
    return _median(timing.images_per_second for timing in record.counted)


@once
def total_seconds(record: Record) -> float | None:
    """Everything, from the start of the process to its end, over the timings that count; None where nothing began."""
    return statistics.median(timing.times.total for timing in record.counted) or None


@once
def epoch_seconds(record: Record) -> list[float]:
    """Steady training, epoch by epoch, over the timings that count."""
    return [statistics.median(seconds) for seconds in zip(*(t.epoch_seconds for t in record.counted), strict=False)]


def seconds_until(share: float, record: Record) -> float:
    """Seconds of training, the first step included, until the first epoch after which that share of the test images
    was recognised; infinite where none was.
    """
    passed = record.counted_times.first_step
    for result, seconds in zip(record.history, epoch_seconds(record), strict=False):
        passed += seconds
        if result.test_accuracy is not None and result.test_accuracy >= share:
            return passed
    return math.inf


def _epoch_seconds(record: Record) -> float | None:
    return statistics.fmean(found) if (found := epoch_seconds(record)) else None


def _startup(times: Times) -> tuple[float, ...]:
    return times.start, times.imports, times.build


def _last(record: Record) -> EpochResult | None:
    return record.history[(record.best_epoch or 0) - 1] if record.history else None


MEASURES: dict[Measure, Callable[[Record], float | None]] = {
    "test_accuracy": lambda record: record.test_accuracy,
    "test_loss": lambda record: record.test_loss,
    "train_accuracy": lambda record: record.train_accuracy,
    "validation_accuracy": lambda record: last.validation_accuracy if (last := _last(record)) else None,
    "validation_loss": lambda record: last.validation_loss if (last := _last(record)) else None,
    "right": lambda record: record.test.right if record.test else None,
    "count": lambda record: record.test.count if record.test else None,
    "train_seconds": train_seconds,
    "epoch_seconds": _epoch_seconds,
    "images_per_second": images_per_second,
    "first_step_seconds": lambda record: record.counted_times.first_step,
    "evaluation_seconds": lambda record: record.counted_times.evaluation,
    "startup_seconds": lambda record: sum(_startup(record.counted_times)),
    "total_seconds": total_seconds,
    "peak_memory_bytes": lambda record: record.peak_memory_bytes,
    "device_memory_bytes": lambda record: record.device_memory_bytes,
}
"""What is read from one run, by name; seconds are of the whole run but for `epoch_seconds`."""


def setting_rank(failed: int, accuracy: float, loss: float) -> tuple[int, float, float]:
    """Of settings that are compared the least is the best: fewer runs that failed, then the accuracy, then the loss."""
    return failed, -accuracy, loss


@dataclass(frozen=True)
class Spread:
    """A measure over the seeds. `deviation` is the sample standard deviation, None for one value."""

    mean: float
    median: float
    deviation: float | None
    count: int


def spread(values: Iterable[float | None]) -> Spread | None:
    """Mean, median and standard deviation of the finite values; None where there is none."""
    finite = [float(value) for value in values if value is not None and math.isfinite(value)]
    if not finite:
        return None
    deviation = statistics.stdev(finite) if len(finite) > 1 else None
    return Spread(statistics.fmean(finite), statistics.median(finite), deviation, len(finite))
