"""How many times longer one backend trained than another, with the range in which that lies."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from mnist_compare.report.measures import epoch_seconds
from mnist_compare.results import Record
from mnist_compare.timing import Timing

CONFIDENCE = 0.95
SAME = 1.02  # no interval is narrower: what a machine does differently in another hour is in none of its timings
RUN_TO_RUN = 1.35  # so near to that of the medians are 19 of 20 ratios of the benchmarks' single timings
ONE_EPOCH = 1.5  # and so near 39 of 40: one epoch does not show how steady its run is
MOST = 690.0  # the logarithm of what a float still holds


@dataclass(frozen=True)
class Ratio:
    """The seconds of training per image of a backend, named by its row's label, over those of the fastest one.

    It lies between `low` and `high`: a confidence interval where there are several `timings` of each, otherwise the
    range over the epochs of the one timing, widened to what single runs of one kind differ by. What other work may have
    cost is added to both.
    """

    backend: str
    ratio: float
    low: float
    high: float
    timings: int

    @property
    def is_equal(self) -> bool:
        """Whether it may as well be 1."""
        return self.low <= 1 <= self.high

    @property
    def inverse(self) -> "Ratio":
        """The same the other way round."""
        return Ratio(self.backend, 1 / self.ratio, 1 / self.high, 1 / self.low, self.timings)


def compare(label: str, fast: Sequence[Record], slow: Sequence[Record]) -> Ratio:
    """The ratio of the runs of two rows, paired by seed; there must be a speed in each."""
    other = {run.seed: run for run in fast}
    pairs = [(other[run.seed], run) for run in slow if run.seed in other] or [(fast[0], slow[0])]
    logs = [math.log(_speed(a) / _speed(b)) for ours, theirs in pairs for a, b in _timings(ours, theirs)]
    middle = statistics.fmean(logs)
    low, high = _interval(logs) if len(logs) > 1 else _range(*pairs[0], middle)
    gained = statistics.fmean(_lost(ours) for ours, _ in pairs)
    lost = statistics.fmean(_lost(theirs) for _, theirs in pairs)
    # Work beside a training makes it longer, never shorter.
    return Ratio(label, _exp(middle), _exp(low) * (1 - lost), _exp(high) / (1 - gained), len(logs))


def _exp(value: float) -> float:
    return math.exp(max(-MOST, min(MOST, value)))


def _timings(ours: Record, theirs: Record) -> list[tuple[Timing, Timing]]:
    """The timings of two runs, one beside the other; the later ones, where one run has more of them."""
    a, b = ours.counted, theirs.counted
    count = min(len(a), len(b))
    return list(zip(a[-count:], b[-count:], strict=True))


def _speed(timing: Timing) -> float:
    assert timing.images_per_second
    return timing.images_per_second


def _lost(run: Record) -> float:
    return statistics.fmean(timing.lost(run.used_threads, run.cores) for timing in run.counted)


def _interval(logs: Sequence[float]) -> tuple[float, float]:
    """The interval of Student's t around the mean of the logarithms."""
    from scipy.stats import t  # which takes a while to import

    middle, error = statistics.fmean(logs), statistics.stdev(logs) / math.sqrt(len(logs))
    half = max(float(t.ppf((1 + CONFIDENCE) / 2, len(logs) - 1)) * error, math.log(SAME))
    return middle - half, middle + half


def _range(ours: Record, theirs: Record, middle: float) -> tuple[float, float]:
    """The range over the epochs, or what single runs of one kind differ by, where that is more: what makes a whole run
    slow or fast, such as its place in memory or the clock of the processor, is in all of its epochs.
    """
    seconds = zip(epoch_seconds(ours), epoch_seconds(theirs), strict=False)
    logs = [math.log(b / a) for a, b in seconds if a > 0 and b > 0]
    least = math.log(RUN_TO_RUN if len(logs) > 1 else ONE_EPOCH)
    return min([middle - least, *logs]), max([middle + least, *logs])
