"""Schedules that are laid out before the training: each share is known from the number of its step."""

import math
from bisect import bisect_right
from itertools import pairwise
from typing import Annotated, Literal

from msgspec import Meta

from mnist_compare.io.bounds import Whole
from mnist_compare.io.float32 import LARGEST
from mnist_compare.recipe.rules import Rule, is_finite
from mnist_compare.recipe.schedules.base import Schedule

Clock = Literal["epoch", "step"]
"""What a schedule counts."""


class Constant(Schedule, frozen=True, tag="constant", forbid_unknown_fields=True):
    """The same learning rate throughout.

    >>> Recipe(schedule=Constant()).learning_rates(epoch=0, steps_per_epoch=2).tolist()
    [0.001, 0.001]
    """

    title = "constant learning rate"

    def share(self, step: int, total: int, steps_per_epoch: int) -> float:
        """The share of the learning rate at `step` (from 0) of `total`."""
        return 1.0


class Step(Schedule, frozen=True, tag="step", forbid_unknown_fields=True):
    """The learning rate is multiplied by `factor` after every `every` epochs.

    >>> Recipe(schedule=Step(every=1, factor=0.5)).learning_rates(epoch=2, steps_per_epoch=2).tolist()
    [0.00025, 0.00025]
    """

    title = "learning rate in steps"
    every: Whole = 10
    factor: float = 0.1

    def share(self, step: int, total: int, steps_per_epoch: int) -> float:
        """The share of the learning rate at `step` (from 0) of `total`."""
        return self.factor ** ((step // steps_per_epoch) // self.every)

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [
            ("every", self.every, self.every >= 1, "must be at least 1"),
            ("factor", self.factor, is_finite(self.factor, 0), "must be a number of at least 0"),
        ]

    def overflow(self, learning_rate: float, epochs: int) -> str:
        """What takes the learning rate beyond float32 in so many epochs, in words; nothing where it stays below."""
        steps = max(0, epochs - 1) // self.every
        if self.factor <= 1 or not learning_rate:
            return ""
        if math.log(learning_rate) + steps * math.log(self.factor) <= math.log(LARGEST):
            return ""
        most = f"{LARGEST:.2g} in {epochs} epochs"
        return f"factor must not take the learning rate above {most} (it is {self.factor!r})"


class Cosine(Schedule, frozen=True, tag="cosine", forbid_unknown_fields=True):
    """Half a cosine from the learning rate down to `final` times it, from 0 to 1.

    >>> Recipe(schedule=Cosine(), epochs=2).learning_rates(epoch=1, steps_per_epoch=1).tolist()
    [0.0005]
    """

    title = "cosine learning rate"
    final: float = 0.0

    def share(self, step: int, total: int, steps_per_epoch: int) -> float:
        """The share of the learning rate at `step` (from 0) of `total`."""
        return self.final + (1 - self.final) * (1 + math.cos(math.pi * step / max(1, total))) / 2

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [("final", self.final, 0 <= self.final <= 1, "must be from 0 to 1")]


class OneCycle(Schedule, frozen=True, tag="one_cycle", forbid_unknown_fields=True):
    """Up from lr / `start` to lr in the first `warmup` share of the steps, then down to lr / `start` / `final`.

    Options:
        warmup: at least 0 and below 1.
        start, final: at least 1.

    >>> rates = Recipe(schedule=OneCycle(warmup=0.5), epochs=1).learning_rates(epoch=0, steps_per_epoch=3)
    >>> rates.round(5).tolist()
    [4e-05, 0.001, 0.0]
    """

    title = "one-cycle learning rate"
    warmup: float = 0.3
    start: float = 25.0
    final: float = 10_000.0

    def share(self, step: int, total: int, steps_per_epoch: int) -> float:
        """The share of the learning rate at `step` (from 0) of `total`."""
        peak = self.warmup * (total - 1)
        if step <= peak:
            return _anneal(1 / self.start, 1.0, step / peak if peak else 1.0)
        return _anneal(1.0, 1 / (self.start * self.final), (step - peak) / (total - 1 - peak))

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [
            ("warmup", self.warmup, 0 <= self.warmup < 1, "must be at least 0 and below 1"),
            ("start", self.start, is_finite(self.start, 1), "must be a number of at least 1"),
            ("final", self.final, is_finite(self.final, 1), "must be a number of at least 1"),
        ]


class Exponential(Schedule, frozen=True, tag="exponential", forbid_unknown_fields=True):
    """The learning rate is multiplied by `factor`, from 0 to 1, after every epoch, or after every step.

    >>> Recipe(schedule=Exponential(0.5, per="step")).learning_rates(epoch=1, steps_per_epoch=2).tolist()
    [0.00025, 0.000125]
    """

    title = "exponential learning rate"
    factor: float = 0.95
    per: Clock = "epoch"

    def share(self, step: int, total: int, steps_per_epoch: int) -> float:
        """The share of the learning rate at `step` (from 0) of `total`."""
        return float(self.factor ** _ticks(step, steps_per_epoch, self.per))

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [("factor", self.factor, 0 <= self.factor <= 1, "must be from 0 to 1")]


class Polynomial(Schedule, frozen=True, tag="polynomial", forbid_unknown_fields=True):
    """Down to `final` times the learning rate, as the share of the training that is left, to the power of `power`.

    Options:
        power: above 0; 1 is a straight line.
        final: from 0 to 1.
        per: whether it falls after every "step" or every "epoch".

    >>> Recipe(schedule=Polynomial(2.0), epochs=1).learning_rates(epoch=0, steps_per_epoch=2).tolist()
    [0.001, 0.00025]
    """

    title = "polynomial learning rate"
    power: float = 1.0
    final: float = 0.0
    per: Clock = "step"

    def share(self, step: int, total: int, steps_per_epoch: int) -> float:
        """The share of the learning rate at `step` (from 0) of `total`."""
        length = total if self.per == "step" else -(-total // steps_per_epoch)
        left = 1 - _ticks(step, steps_per_epoch, self.per) / max(1, length)
        return float(self.final + (1 - self.final) * left**self.power)

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [
            ("power", self.power, 0 < self.power <= 100, "must be above 0 and at most 100"),
            ("final", self.final, 0 <= self.final <= 1, "must be from 0 to 1"),
        ]


class Milestones(Schedule, frozen=True, tag="milestones", forbid_unknown_fields=True):
    """The learning rate is multiplied by `factor`, from 0 to 1, after each of the epochs, or steps, in `after`.

    >>> schedule = Milestones(after=(1, 3), factor=0.5)
    >>> [Recipe(schedule=schedule).learning_rates(epoch, steps_per_epoch=1).item() for epoch in range(4)]
    [0.001, 0.0005, 0.0005, 0.00025]
    """

    title = "learning rate at milestones"
    after: Annotated[tuple[Whole, ...], Meta(max_length=1000)] = (5, 8)
    factor: float = 0.1
    per: Clock = "epoch"

    def share(self, step: int, total: int, steps_per_epoch: int) -> float:
        """The share of the learning rate at `step` (from 0) of `total`."""
        return float(self.factor ** bisect_right(self.after, _ticks(step, steps_per_epoch, self.per)))

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        rising = all(a < b for a, b in pairwise((0, *self.after)))
        return [
            ("after", list(self.after), rising, "must be numbers of at least 1, each larger than the one before"),
            ("factor", self.factor, 0 <= self.factor <= 1, "must be from 0 to 1"),
        ]


def _ticks(step: int, steps_per_epoch: int, per: Clock) -> int:
    """How many whole epochs, or steps, came before a step."""
    return step if per == "step" else step // steps_per_epoch


def _anneal(begin: float, end: float, share: float) -> float:
    return end + (begin - end) * (1 + math.cos(math.pi * share)) / 2
