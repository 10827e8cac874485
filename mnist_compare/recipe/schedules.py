"""Learning-rate schedules: which share of the recipe's learning rate each step takes.

Frameworks disagree about them (one cycles the momentum along, another has no one-cycle at all), so they are
computed here, in float64, and handed out as numbers.
"""

import math

from mnist_compare.io.bounds import Plain, Whole

Rule = tuple[str, object, bool, str]


class Choice(Plain, frozen=True, tag_field="type", forbid_unknown_fields=True):
    """One of several kinds, told apart by `type` in a file."""


class Constant(Choice, frozen=True, tag="constant", forbid_unknown_fields=True):
    """The same learning rate throughout.

    >>> Recipe(schedule=Constant()).learning_rates(epoch=0, steps_per_epoch=2).tolist()
    [0.001, 0.001]
    """


class Step(Choice, frozen=True, tag="step", forbid_unknown_fields=True):
    """The learning rate is multiplied by `factor` after every `every` epochs.

    >>> Recipe(schedule=Step(every=1, factor=0.5)).learning_rates(epoch=2, steps_per_epoch=2).tolist()
    [0.00025, 0.00025]
    """

    every: Whole = 10
    factor: float = 0.1


class Cosine(Choice, frozen=True, tag="cosine", forbid_unknown_fields=True):
    """Half a cosine from the learning rate down to `final` times it, from 0 to 1.

    >>> Recipe(schedule=Cosine(), epochs=2).learning_rates(epoch=1, steps_per_epoch=1).tolist()
    [0.0005]
    """

    final: float = 0.0


class OneCycle(Choice, frozen=True, tag="one_cycle", forbid_unknown_fields=True):
    """Up from lr / `start` to lr in the first `warmup` share of the steps, then down to lr / `start` / `final`.

    Options:
        warmup: at least 0 and below 1.
        start, final: at least 1.

    >>> rates = Recipe(schedule=OneCycle(warmup=0.5), epochs=1).learning_rates(epoch=0, steps_per_epoch=3)
    >>> rates.round(5).tolist()
    [4e-05, 0.001, 0.0]
    """

    warmup: float = 0.3
    start: float = 25.0
    final: float = 10_000.0


Schedule = Constant | Step | Cosine | OneCycle
SCHEDULES: dict[str, Schedule] = {"constant": Constant(), "step": Step(), "cosine": Cosine(), "one_cycle": OneCycle()}


def schedule_factor(schedule: Schedule, step: int, total: int, steps_per_epoch: int) -> float:
    """The share of the learning rate at `step` (from 0) of `total`."""
    match schedule:
        case Constant():
            return 1.0
        case Step(every=every, factor=factor):
            return factor ** ((step // steps_per_epoch) // every)
        case Cosine(final=final):
            return final + (1 - final) * (1 + math.cos(math.pi * step / max(1, total))) / 2
        case OneCycle(warmup=warmup, start=start, final=final):
            peak = warmup * (total - 1)
            if step <= peak:
                return _anneal(1 / start, 1.0, step / peak if peak else 1.0)
            return _anneal(1.0, 1 / (start * final), (step - peak) / (total - 1 - peak))


def _anneal(begin: float, end: float, share: float) -> float:
    return end + (begin - end) * (1 + math.cos(math.pi * share)) / 2


def schedule_rules(schedule: Schedule) -> list[Rule]:
    """What must hold of the schedule's numbers: name, value, whether it holds, and what is valid."""
    match schedule:
        case Step(every=every, factor=factor):
            return [
                ("every", every, every >= 1, "must be at least 1"),
                ("factor", factor, is_finite(factor, 0), "must be a number of at least 0"),
            ]
        case Cosine(final=final):
            return [("final", final, 0 <= final <= 1, "must be from 0 to 1")]
        case OneCycle(warmup=warmup, start=start, final=final):
            return [
                ("warmup", warmup, 0 <= warmup < 1, "must be at least 0 and below 1"),
                ("start", start, is_finite(start, 1), "must be a number of at least 1"),
                ("final", final, is_finite(final, 1), "must be a number of at least 1"),
            ]
        case Constant():
            return []


def is_finite(value: float, least: float) -> bool:
    """Whether the number is finite and at least `least`."""
    return math.isfinite(value) and value >= least
