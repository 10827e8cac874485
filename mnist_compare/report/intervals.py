"""What few values say of their mean: the interval in which it lies, and the tests of it, one or several at once."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """An estimate, and where it lies between."""

    middle: float
    low: float
    high: float


def mean_interval(values: Sequence[float], level: float = LEVEL, resolution: float = 0.0) -> Interval:
    """The mean of independent values by Student's t; of one value, everywhere.

    `resolution` is the step in which they are measured: no smaller standard deviation is believed. Without one, values
    that are all the same give an interval without width.

    >>> mean_interval([0.97, 0.98, 0.99])
    Interval(middle=0.98, low=0.955..., high=1.004...)
    """
    middle = fmean(values)
    if len(values) < 2:
        return Interval(middle, -math.inf, math.inf)
    from scipy.special import stdtrit  # which takes a while to import, as all of scipy

    half = float(stdtrit(len(values) - 1, (1 + level) / 2)) * _standard_error(values, resolution)
    return Interval(middle, middle - half, middle + half)


def share_interval(right: int, count: int, level: float = LEVEL) -> Interval:
    """The share of right ones by Wilson's score: what one run says of its network on other images of the same kind.

    >>> share_interval(9_800, 10_000)
    Interval(middle=0.98, low=0.977..., high=0.982...)
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle = right + z**2 / 2
    half = z * math.sqrt(right * (count - right) / count + z**2 / 4)
    return Interval(right / count, (middle - half) / (count + z**2), (middle + half) / (count + z**2))


def different(values: Sequence[float], resolution: float, least: float = 0.0) -> float:
    """The p-value of Student's t test that the mean of the values is 0, or no further from it than `least`.

    `resolution`, which is more than 0, is the step in which they are measured. Values that are all the same have not
    shown that they do not scatter, but that they scatter by less than a step or so: no smaller standard deviation than
    a step is believed.
    """
    return min(1.0, 2 * _tail((abs(fmean(values)) - least) / _standard_error(values, resolution), len(values) - 1))


def equivalent(values: Sequence[float], margin: float, resolution: float) -> float:
    """The p-value of two one-sided t tests (TOST): that the mean of the values is not within ±margin. `resolution` is
    that of `different`.
    """
    return _tail((margin - abs(fmean(values))) / _standard_error(values, resolution), len(values) - 1)


def mcnemar(only_a: int, only_b: int) -> float:
    """The p-value of McNemar's exact test that two networks are as good as each other, from the images that one of them
    alone reads rightly: of those, each should be right on half.

    >>> round(mcnemar(5, 15), 4)
    0.0414
    """
    if only_a == only_b:
        return 1.0
    from scipy.special import bdtr

    return min(1.0, 2 * float(bdtr(min(only_a, only_b), only_a + only_b, 0.5)))


def corrected(p_values: Sequence[float]) -> list[float]:
    """The p-values of several tests by Holm's step-down: where all that are at most 0.05 are claimed, the chance that
    any of the claims is wrong is at most 5 %.

    >>> corrected([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    found = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        found[index] = largest
    return found


def _tail(t: float, freedom: int) -> float:
    """The probability of more than `t` under Student's distribution."""
    from scipy.special import stdtr

    return float(stdtr(freedom, -t))


def _standard_error(values: Sequence[float], resolution: float) -> float:
    # Values that are all the same have no deviation, whatever rounding makes of their mean.
    deviation = stdev(values) if len(set(values)) > 1 else 0.0
    return max(deviation, resolution) / math.sqrt(len(values))
