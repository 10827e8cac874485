"""How many times longer one backend trained than another, with the range in which that lies."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from mnist_compare.records.measures import epoch_seconds
from mnist_compare.records.record import Record
from mnist_compare.records.timing import Timing
from mnist_compare.report.bootstrap import bootstrap_interval
from mnist_compare.report.intervals import LEVEL, Interval, different, mean_interval
from mnist_compare.report.timing_pairs import run_pairs, timing_pairs

SAME = 1.02  # no interval is narrower: what a machine does differently in another hour is in none of its timings
DRIFT = 1.25
"""By so much a machine may be faster or slower in one comparison than in the next, in all of its timings.

On a shared machine of two cores the same code took 0.8 to 1.2 times as long from one comparison to the next, each of
`--backends torch --architectures mlp --train-size 20000 --epochs 2 --seeds 6`.
"""
# So near to that of the medians are 19 of 20 ratios of the benchmarks' single timings, all rows taken together; some
# rows differ by more.
RUN_TO_RUN = 1.35
ONE_EPOCH = 1.5  # and so near 39 of 40: one epoch does not show how steady its run is
CLEAR = 2.0  # a range that holds 1 and reaches further than this factor says nothing of who is faster
NOTICED = 0.01
LEAST = 1e-12  # what is left at least of a time of which other work may have cost all
MOST = 690.0  # the logarithm of what a float still holds


@dataclass(frozen=True)
class Ratio:
    """The seconds of training per image of a backend, named by its row's label, over those of the fastest one.

    It lies between `low` and `high`: a confidence interval, by Student's t, where there are several `timings` of each,
    otherwise the range over the epochs of the one timing, widened to what 19 of 20 single timings keep to. What other
    work may have cost, and by how much the machine may have drifted, is added to both; `widened` says that the first is
    more than a hundredth. `bootstrap` is the interval of the bootstrap, widened in the same way, where there are
    timings enough for one. `p` is the p-value of the test that two machines' hours, drift or other work explain the
    ratio; of one timing, 0: its range alone says what is known.
    """

    backend: str
    ratio: float
    low: float
    high: float
    timings: int
    widened: bool = False
    bootstrap: tuple[float, float] | None = None
    p: float = 0.0

    @property
    def is_equal(self) -> bool:
        """Whether it may as well be 1."""
        return self.low <= 1 <= self.high

    @property
    def is_open(self) -> bool:
        """Whether it may as well be 1 or far from it, so that nothing is known."""
        return self.is_equal and self.high > CLEAR * self.low

    @property
    def inverse(self) -> "Ratio":
        """The same the other way round."""
        turned = (1 / self.bootstrap[1], 1 / self.bootstrap[0]) if self.bootstrap else None
        return Ratio(
            self.backend, 1 / self.ratio, 1 / self.high, 1 / self.low, self.timings, self.widened, turned, self.p
        )


def compare(
    label: str,
    fast: Sequence[Record],
    slow: Sequence[Record],
    together: int = 1,
    drift: float = 1.0,
    *,
    in_turn: bool = False,
) -> Ratio:
    """The ratio of the runs of two rows, paired by seed; there must be a speed in each.

    Of `together` ratios that are judged as one, all intervals hold at once in 95 % of cases (Bonferroni's correction).
    `drift` is the factor by which the machine may have been faster for all runs of one row than for those of the other.
    Where the two of each seed were trained `in_turn`, what worked beside both has cost both alike, or shows in the
    scatter of the pairs: only what one row had more of it than the other may have cost is added to the range.
    """
    pairs = run_pairs(fast, slow)
    logs = _logs(pairs)
    middle, level = statistics.fmean(logs), 1 - (1 - LEVEL) / together
    low, high = _least(mean_interval(logs, level)) if len(logs) > 1 else _range(*pairs[0], middle)
    resampled = bootstrap_interval(logs, level)
    # Work beside a training makes it longer, never shorter.
    left = [(_left(ours, a), _left(theirs, b)) for ours, theirs in pairs for a, b in timing_pairs(ours, theirs)]
    ours, theirs = (statistics.fmean(shares) for shares in zip(*left, strict=True))
    if in_turn:
        ours, theirs = min(0.0, ours - theirs), min(0.0, theirs - ours)

    def ends(low: float, high: float) -> tuple[float, float]:
        return _exp(low + theirs - math.log(drift)), _exp(high - ours + math.log(drift))

    explained = math.log(max(SAME, drift)) - (theirs if middle > 0 else ours)
    return Ratio(
        label,
        _exp(middle),
        *ends(low, high),
        timings=len(logs),
        widened=ours + theirs < -NOTICED,
        bootstrap=ends(*_least(resampled)) if resampled else None,
        p=different(logs, NOTICED, explained) if len(logs) > 1 else 0.0,
    )


def middle_ratio(fast: Sequence[Record], slow: Sequence[Record]) -> float:
    """The same without its range."""
    return _exp(statistics.fmean(_logs(run_pairs(fast, slow))))


def _logs(pairs: Sequence[tuple[Record, Record]]) -> list[float]:
    return [math.log(_speed(a) / _speed(b)) for ours, theirs in pairs for a, b in timing_pairs(ours, theirs)]


def _left(run: Record, timing: Timing) -> float:
    """The logarithm of the share of the timing that other work has not cost at all."""
    return math.log(max(LEAST, 1 - timing.lost(run.used_threads, run.usable_cores)))


def _exp(value: float) -> float:
    return math.exp(max(-MOST, min(MOST, value)))


def _speed(timing: Timing) -> float:
    assert timing.images_per_second
    return timing.images_per_second


def _least(found: Interval) -> tuple[float, float]:
    """The ends of an interval of the mean of the logarithms, which is never narrower than SAME."""
    half = math.log(SAME)
    return min(found.low, found.middle - half), max(found.high, found.middle + half)


def _range(ours: Record, theirs: Record, middle: float) -> tuple[float, float]:
    """The range over the epochs, or what 19 of 20 single timings keep to, where that is more: what makes a whole run
    slow or fast, such as its place in memory or the clock of the processor, is in all of its epochs.
    """
    seconds = zip(epoch_seconds(ours), epoch_seconds(theirs), strict=False)
    logs = [math.log(b / a) for a, b in seconds if a > 0 and b > 0]
    least = math.log(RUN_TO_RUN if len(logs) > 1 else ONE_EPOCH)
    return min([middle - least, *logs]), max([middle + least, *logs])
