"""From values to places on an axis, and the values at which an axis has ticks."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from mnist_compare.document.words import MINUS

LARGEST = 1e12
"""Values beyond it are drawn nowhere: they come from files that were damaged, or losses that left all bounds."""
_SMALLEST = 1e-12
MOST_TICKS = 10
_DIGITS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_UNITS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_ACCURACIES = (
    0.9,
    0.99,
    0.999,
    0.5,
    0,
    0.95,
    0.98,
    0.995,
    0.9999,
    0.97,
    0.985,
    0.993,
    0.8,
    0.997,
    0.9995,
    0.7,
    0.85,
    0.6,
    0.25,
)
"""Those that an axis has first where there is not room for all."""


@dataclass(frozen=True)
class Tick:
    """A value and how it is written."""

    value: float
    words: str


@dataclass(frozen=True)
class Scale:
    """The values from `low` to `high` lie evenly from `start` to `end`; what is beyond them stands at the edge."""

    low: float
    high: float
    start: float
    end: float

    apart: ClassVar[float] = 52.0
    """Units that a tick and its number need at least, along a line of text."""

    def forward(self, value: float) -> float:
        """What of a value is drawn evenly."""
        return value

    def __call__(self, value: float) -> float:
        low, high = self._ends
        share = (self.forward(value) - low) / (high - low) if high != low else 0.5
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)

    @cached_property
    def _ends(self) -> tuple[float, float]:
        return self.forward(self.low), self.forward(self.high)

    def ticks(self, apart: float | None = None) -> list[Tick]:
        """Round values, so many units apart at least."""
        return round_ticks(self.low, self.high, self.room(apart))

    def room(self, apart: float | None = None) -> int:
        """How many steps from tick to tick have room, and are of use."""
        return max(2, min(MOST_TICKS, int(abs(self.end - self.start) / (apart or self.apart))))


@dataclass(frozen=True)
class LogScale(Scale):
    """Powers are evenly apart; both ends are above 0."""

    def forward(self, value: float) -> float:
        """The logarithm."""
        return math.log10(max(value, self.low, _SMALLEST**2))

    def ticks(self, apart: float | None = None) -> list[Tick]:
        """1, 2 and 5 times powers of ten, where they have room, or powers of ten alone."""
        room = self.room(apart)
        low, high = self.forward(self.low), self.forward(self.high)
        for factors, step in (((1, 2, 5), 1), *(((1,), 2**n) for n in range(6))):
            powers = range(math.floor(low / step) * step, math.ceil(high) + 1, step)
            found = [f * 10.0**p for p in powers for f in factors if low <= math.log10(f) + p <= high + 1e-9]
            if len(found) <= room + 1:
                break
        if len(found) < 2:
            return super().ticks(apart)
        return [Tick(value, power_words(value) if high - low > 6 else short(value)) for value in found]


@dataclass(frozen=True)
class ErrorScale(Scale):
    """Accuracies, from 0 to 1, so that halves of the error are evenly apart."""

    least: float = 1e-5
    """The smallest error that is drawn: an accuracy of 1 stands there."""

    def forward(self, value: float) -> float:
        """The logarithm of what is right per wrong one."""
        return -math.log10(max(1 - value, self.least))

    def ticks(self, apart: float | None = None) -> list[Tick]:
        """Accuracies that are usual to name; of a short range, round ones."""
        apart = apart or self.apart
        kept: list[float] = []
        for value in _ACCURACIES:
            if self.low <= value <= self.high and all(abs(self(value) - self(other)) >= apart for other in kept):
                kept.append(value)
        if len(kept) < 2:
            found = round_ticks(100 * self.low, 100 * self.high, self.room(apart))
            return [Tick(tick.value / 100, tick.words) for tick in found]
        return [Tick(value, f"{100 * value:g}") for value in sorted(kept)]


def span(
    values: Iterable[float], *, pad: float = 0.06, least: float = 0.0, share: float = 0.0, zero: bool = False
) -> tuple[float, float]:
    """The ends of an axis on which all values have room: at least `least` of it, and at least such a share of their
    middle, since what differs by less would fill it, and seem to differ much; from 0 on where `zero` is set.
    """
    found = [value for value in values if drawable(value)] or [0.0]
    low, high = min(found), max(found)
    if zero:
        return min(0.0, low), max(high * (1 + pad), least, _SMALLEST)
    middle, wanted = (low + high) / 2, (high - low) * (1 + 2 * pad)
    half = max(wanted, least, share * abs(middle), 1e-6 * abs(middle), _SMALLEST) / 2
    return middle - half, middle + half


def drawable(value: float | None) -> bool:
    """Whether a value has a place on an axis."""
    return value is not None and math.isfinite(value) and abs(value) <= LARGEST


def round_ticks(low: float, high: float, count: int) -> list[Tick]:
    """About so many round values from low to high."""
    step = round_step((high - low) / count)
    first, last = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
    return [Tick(i * step, tick_words(i * step, step)) for i in range(first, last + 1)]


def round_step(least: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is at least that."""
    power = 10.0 ** math.floor(math.log10(max(least, _SMALLEST**2)))
    return next((f * power for f in (1, 2, 2.5, 5) if f * power >= least * (1 - 1e-9)), 10 * power)


def tick_words(value: float, step: float) -> str:
    """A value with as many decimals as the steps between ticks have."""
    if step >= 1000 or abs(value) >= 1e6:
        return short(value)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if round(step * 10**decimals, 6) % 1:  # 2.5
        decimals += 1
    if decimals > 6:
        return short(value)
    return signed(f"{value:,.{decimals}f}")


def short(value: float) -> str:
    """20000 -> "20k"."""
    for size, unit in _UNITS:
        if size <= abs(value) < 999.5 * size:
            return signed(f"{value / size:.3g}{unit}")
    return signed(f"{value:.3g}")


def signed(text: str) -> str:
    """With a minus sign in place of a hyphen, and none before 0."""
    if text.startswith("-"):
        return text[1:] if not any(letter in "123456789" for letter in text) else MINUS + text[1:]
    return text


def power_words(value: float) -> str:
    """1e-12 -> "10⁻¹²"; 1 -> "1"."""
    exponent = round(math.log10(value))
    return f"10{str(exponent).translate(_DIGITS)}" if exponent else "1"
