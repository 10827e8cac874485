"""Numbers from a low to a high one, of which some are drawn."""

import math

import msgspec

from mnist_compare.errors import UsageError
from mnist_compare.errors.names import named
from mnist_compare.io.bounds import Real, Whole

DIGITS = 4
"""Of a number that is drawn, so that it can be told, and is the same on every machine."""
MOST_STEPS = 100_000


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Numbers from `low` to `high`, both included; whole ones where both are. With `log`, their logarithms are drawn
    evenly; with `step`, only the low one and those that are so many steps above it.
    """

    low: Whole | Real
    high: Whole | Real
    log: bool = False
    step: Whole | Real | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it has whole numbers alone."""
        return all(isinstance(one, int) for one in (self.low, self.high, self.step or 0))

    def check(self, what: str) -> None:
        """Raise UsageError, which calls the range `what`, for numbers that cannot be."""
        if not self.low < self.high:
            told = f"they are {named(self.low)} and {named(self.high)}"
            raise UsageError(f"{what} must have a low below its high ({told}).")
        if self.log and not self.low > 0:
            raise UsageError(f"{what} has log = true, for which low must be above 0 (it is {named(self.low)}).")
        if self.step is None:
            return
        if self.log:
            raise UsageError(f"{what} has log = true and a step: give one of them.")
        if not 0 < self.step <= self.high - self.low:
            room = named(self.high - self.low)
            raise UsageError(f"{what} must have a step above 0, and at most high - low, {room} (it is {self.step}).")
        if self.steps > MOST_STEPS:
            raise UsageError(f"{what} has {self.steps:,} steps, of which {MOST_STEPS:,} are the most.")

    @property
    def steps(self) -> int:
        """How many steps lead from the low number to the last one; 0 without a step."""
        return int((self.high - self.low) / self.step + 1e-9) if self.step else 0

    def values(self) -> list[int | float]:
        """All numbers of a range with a step."""
        return [self.rounded(self.low + i * (self.step or 0)) for i in range(self.steps + 1)]

    def at(self, share: float) -> int | float:
        """The number that lies at this share of the range, from 0 to below 1."""
        if self.step:
            return self.values()[int(share * (self.steps + 1))]
        low, high = float(self.low), float(self.high) + self.is_whole
        value = math.exp(math.log(low) + share * math.log(high / low)) if self.log else low + share * (high - low)
        return self.rounded(math.floor(value) if self.is_whole else value)

    def share(self, value: float) -> float:
        """Where in the range a number lies, from 0 to 1: of a whole number or a step the middle of what is its own."""
        if self.step:
            return (round((value - self.low) / self.step) + 0.5) / (self.steps + 1)
        low, high = float(self.low), float(self.high) + self.is_whole
        value += 0.5 * self.is_whole
        return math.log(value / low) / math.log(high / low) if self.log else (value - low) / (high - low)

    def rounded(self, value: float) -> int | float:
        """The number with a few digits, within the range; whole where all are."""
        if self.is_whole:
            return min(max(int(value), int(self.low)), int(self.high))
        return min(max(float(f"{value:.{DIGITS}g}"), float(self.low)), float(self.high))
