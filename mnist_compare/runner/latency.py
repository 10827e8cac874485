"""Measures the latency of a trained network, in so little time that the run hardly becomes longer."""

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from mnist_compare.records.latency import Latency

BATCHES = (1, 8, 64, 512)
MOST_SECONDS = 0.5
MOST_SHARE = 0.05
"""Of the seconds of the run so far."""
LEAST_TIMINGS, MOST_TIMINGS = 5, 20


def latency_seconds(run_seconds: float) -> float:
    """How long a run that has taken so many seconds may be measured."""
    return min(MOST_SECONDS, MOST_SHARE * run_seconds)


def measure_latency(logits: Callable[[Any], Any], images: Any, count: int, seconds: float) -> list[Latency]:
    """The latencies for BATCHES of the `count` images on the device, as many as there are time and images for.

    That of one image is always among them, since it costs no more than a few steps of training. The first call with
    a batch is not counted: frameworks compile and allocate in it.
    """
    end = perf_counter() + seconds
    found: list[Latency] = []
    for place, size in enumerate(BATCHES):
        if size > count or (found and perf_counter() + _expected(found[-1], size) > end):
            break
        batch = images[:size]
        logits(batch)
        least = 0 if found else LEAST_TIMINGS
        timings = _timings(logits, batch, least, (end - perf_counter()) / (len(BATCHES) - place))
        if len(timings) < LEAST_TIMINGS:
            break
        found.append(Latency(size, median(timings), len(timings)))
    return found


def _expected(last: Latency, size: int) -> float:
    """Seconds that the least number of timings takes at most, by those of the batch before."""
    return (1 + LEAST_TIMINGS) * last.seconds * size / last.images


def _timings(logits: Callable[[Any], Any], batch: Any, least: int, seconds: float) -> list[float]:
    """At least so many, and as many more as there is time for."""
    found: list[float] = []
    begin = perf_counter()
    while len(found) < least or (len(found) < MOST_TIMINGS and perf_counter() - begin < seconds):
        start = perf_counter()
        logits(batch)
        found.append(perf_counter() - start)
    return found
