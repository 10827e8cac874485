"""Two things measured in turn, A B A B ..., and how many times one is the other.

The machine's mood changes within minutes, so each sample is compared with its neighbour alone: a ratio per pair, then
the median of the ratios. The spread is the middle half of them, from the lower to the upper quartile.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

T = TypeVar("T")


class Spread(msgspec.Struct, frozen=True):
    """The median of some values, and their lower and upper quartile."""

    median: float
    low: float
    high: float


def alternate(pairs: int, *sides: Callable[[], T]) -> list[list[T]]:
    """So many samples of each side, taken in turn: a list per side."""
    turns = [[side() for side in sides] for _ in range(pairs)]
    return [list(samples) for samples in zip(*turns, strict=True)]


def ratios(numerators: Sequence[float], denominators: Sequence[float]) -> list[float]:
    """The ratio of each pair."""
    return [a / b for a, b in zip(numerators, denominators, strict=True)]


def spread(values: Sequence[float]) -> Spread:
    """Median and quartiles; a value may be infinite, for something that never came."""
    return Spread(quantile(values, 0.5), quantile(values, 0.25), quantile(values, 0.75))


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies, linear between two of them."""
    ordered, place = sorted(values), share * (len(values) - 1)
    first, fraction = int(place), place % 1
    return ordered[first] + fraction * (ordered[first + 1] - ordered[first]) if fraction else ordered[first]
