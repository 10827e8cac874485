"""What is read from a run, and its mean and spread over the seeds."""

import math
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from mnist_compare.results import Record

Measure = Literal[
    "test_accuracy",
    "test_loss",
    "train_accuracy",
    "right",
    "count",
    "train_seconds",
    "epoch_seconds",
    "images_per_second",
    "first_step_seconds",
    "evaluation_seconds",
    "startup_seconds",
    "peak_memory_bytes",
    "device_memory_bytes",
]


def _epoch_seconds(record: Record) -> float | None:
    return statistics.fmean(epoch.train_seconds for epoch in record.history) if record.history else None


MEASURES: dict[Measure, Callable[[Record], float | None]] = {
    "test_accuracy": lambda record: record.test_accuracy,
    "test_loss": lambda record: record.test_loss,
    "train_accuracy": lambda record: record.train_accuracy,
    "right": lambda record: record.test.right if record.test else None,
    "count": lambda record: record.test.count if record.test else None,
    "train_seconds": lambda record: record.train_seconds,
    "epoch_seconds": _epoch_seconds,
    "images_per_second": lambda record: record.images_per_second,
    "first_step_seconds": lambda record: record.times.first_step,
    "evaluation_seconds": lambda record: record.times.evaluation,
    "startup_seconds": lambda record: record.times.start + record.times.imports + record.times.build,
    "peak_memory_bytes": lambda record: record.peak_memory_bytes,
    "device_memory_bytes": lambda record: record.device_memory_bytes,
}
"""What is read from one run, by name; seconds are of the whole run but for `epoch_seconds`."""


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
