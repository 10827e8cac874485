"""Learning rates in plain Python, the same text for every framework.

Frameworks disagree about schedules, so a program computes the rate of each step itself, and sets it.
"""

from functools import singledispatch

from mnist_compare.errors import UsageError
from mnist_compare.io.registry import tag_of
from mnist_compare.recipe import Recipe
from mnist_compare.recipe.schedules import (
    Constant,
    Cosine,
    Exponential,
    Milestones,
    OneCycle,
    Polynomial,
    Schedule,
    Step,
)


@singledispatch
def share_of(schedule: Schedule) -> str:
    """The body of a function of `step` (from 0), `total`, `steps_per_epoch`; raises UsageError for unknown kinds."""
    raise UsageError(
        f"The schedule {tag_of(schedule)!r} goes by what the training finds, so no program is written for it. Take "
        "another one with --recipe."
    )


@share_of.register
def _constant(schedule: Constant) -> str:
    return "return 1.0"


@share_of.register
def _step(schedule: Step) -> str:
    every = f" // {schedule.every}" if schedule.every > 1 else ""
    return f"return {schedule.factor!r} ** (step // steps_per_epoch{every})"


@share_of.register
def _cosine(schedule: Cosine) -> str:
    wave = "(1 + math.cos(math.pi * step / max(1, total))) / 2"
    return f"return {schedule.final!r} + (1 - {schedule.final!r}) * {wave}" if schedule.final else f"return {wave}"


@share_of.register
def _one_cycle(schedule: OneCycle) -> str:
    return (
        f"peak, first, last = {schedule.warmup!r} * (total - 1), 1 / {schedule.start!r}, "
        f"1 / ({schedule.start!r} * {schedule.final!r})\n"
        "if step <= peak:\n"
        "    begin, end, way = first, 1.0, step / peak if peak else 1.0\n"
        "else:\n"
        "    begin, end, way = 1.0, last, (step - peak) / (total - 1 - peak)\n"
        "return end + (begin - end) * (1 + math.cos(math.pi * way)) / 2"
    )


@share_of.register
def _exponential(schedule: Exponential) -> str:
    return f"return {schedule.factor!r} ** {_ticks(schedule.per)}"


@share_of.register
def _polynomial(schedule: Polynomial) -> str:
    length = "total" if schedule.per == "step" else "-(-total // steps_per_epoch)"
    return (
        f"left = 1 - {_ticks(schedule.per)} / max(1, {length})\n"
        f"return {schedule.final!r} + (1 - {schedule.final!r}) * left ** {schedule.power!r}"
    )


@share_of.register
def _milestones(schedule: Milestones) -> str:
    return f"return {schedule.factor!r} ** sum({_ticks(schedule.per)} >= after for after in {list(schedule.after)!r})"


def _ticks(per: str) -> str:
    return "step" if per == "step" else "(step // steps_per_epoch)"


def learning_rate_code(recipe: Recipe) -> str:
    """The function `learning_rate`; nothing where the rate is the same throughout."""
    if isinstance(recipe.schedule, Constant) and not recipe.warmup:
        return ""
    rows = share_of(recipe.schedule).split("\n")
    if recipe.warmup:
        warm = f"min(1.0, (step + 1) / {recipe.warmup})"
        rows = [
            row.replace("return ", f"return {warm} * (", 1) + ")" if row.startswith("return ") else row for row in rows
        ]
    body = "".join(f"    {row}\n" for row in rows)
    return (
        "def share(step, total, steps_per_epoch):\n"
        f'    """The share of the learning rate of a step: {recipe.schedule.describe()}."""\n{body}'
    )
