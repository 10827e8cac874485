"""What the defaults account for, as tables and in sentences."""

import math
from collections.abc import Sequence

from mnist_compare.document.table import Table
from mnist_compare.document.words import MINUS, NOTHING, listing
from mnist_compare.report.gap_parts import ENGINE, LEFT, WHOLE, Gap, Modes, declared_defaults, effects, find_modes, gaps
from mnist_compare.report.paired import ERROR, FEWEST, PairedAccuracy
from mnist_compare.report.statistics import Group

EFFECTS = "What each default changes by itself (percentage points)"
PARTS = "What each default accounts for (percentage points)"
PERCENT = 100
SHOWN, NOT_SHOWN, TOO_FEW = "shown", "not shown", "too few seeds"


def effects_table(groups: Sequence[Group]) -> Table:
    """What each default alone changes in each backend; without rows where none was trained alone."""
    rows = tuple(
        (
            effect.network,
            effect.label,
            effect.default,
            *_numbers(effect.change),
            _verdict(effect.change),
            _own(effect.backend, effect.default),
        )
        for modes in find_modes(groups)
        for effect in effects(modes)
    )
    columns = ("network", "backend", "default", "change", "95 % interval", "seeds", "other than 0", "what it is")
    note = (
        "Test accuracy in matched mode with this one default of the framework, minus that without it, seed by seed: "
        f"the mean, and the interval of Student's t. {_judged()}"
    )
    return Table(EFFECTS, columns, rows, note if rows else "")


def parts_table(groups: Sequence[Group]) -> Table:
    """The gaps of pairs in native mode, part by part; without rows where no default was trained alone."""
    rows = tuple(
        (gap.network, f"{gap.a} {MINUS} {gap.b}", name, *_numbers(part), _verdict(part))
        for modes in find_modes(groups)
        for gap in gaps(modes)
        for name, part in ((WHOLE, gap.whole), *gap.parts.items())
    )
    columns = ("network", "backends", "part", "of the gap", "95 % interval", "seeds", "other than 0")
    note = (
        "The gap in native mode (test accuracy of the first backend minus that of the second), and the parts that add "
        f"up to it: what each default alone changes in the first, minus what it changes in the second; the gap in "
        f"matched mode, which is the {ENGINE}'s; and what is {LEFT}, since defaults that meet need not add up. "
        f"{_judged()}"
    )
    return Table(PARTS, columns, rows, note if rows else "")


def part_sentences(groups: Sequence[Group]) -> list[str]:
    """Of each pair what its gap is made up of, and what of that is shown; then the defaults that do not differ."""
    found = find_modes(groups)
    pairs = [_sentence(gap) for modes in found for gap in gaps(modes)]
    return [*pairs, *filter(None, map(_same_sentence, found))]


def _sentence(gap: Gap) -> str:
    parts = [(f"the {name}" if name == ENGINE else name, part) for name, part in gap.parts.items() if name != LEFT]
    verbs = [f"{name} {'' if i else 'accounts '}for {_points(part)}" for i, (name, part) in enumerate(parts)]
    left = f"{_points(gap.parts[LEFT])} is {LEFT}"
    if gap.untrained:
        left += f", to which belong defaults that were not trained alone ({listing(list(gap.untrained))})"
    told = f"of the gap of {_points(gap.whole)} points in native mode, {listing(verbs)}; {left}."
    return f"{gap.network}, {gap.a} {MINUS} {gap.b}: {told} {_claim(gap)}"


def _claim(gap: Gap) -> str:
    if gap.seeds < FEWEST:
        few = "one seed is" if gap.seeds == 1 else f"{gap.seeds} seeds are"
        return f"Nothing of it can be claimed: {few} too few ({FEWEST} at least)."
    if _verdict(gap.whole) != SHOWN:
        return "That there is a gap at all is not shown."
    shown = [name for name, part in gap.parts.items() if _verdict(part) == SHOWN]
    if not shown:
        return "That there is a gap is shown; of none of its parts is it."
    return f"Shown to be other than 0: the gap, and of its parts {listing(shown)}."


def _same_sentence(modes: Modes) -> str:
    """The defaults that do not differ in a network; nothing where all do."""
    told = [
        f"{row.label}: {', '.join(default.name for default in same)}"
        for row in modes.matched.finished
        if (same := modes.same(row.backend))
    ]
    return (
        f"{modes.network}: the same in native as in matched mode, and so not trained alone, are {'; '.join(told)}."
        if told
        else ""
    )


def _verdict(part: PairedAccuracy) -> str:
    """Whether it is shown to be other than 0."""
    if len(part.differences) < FEWEST:
        return TOO_FEW
    return SHOWN if part.p_different <= ERROR else NOT_SHOWN


def _judged() -> str:
    return (
        f"Shown to be other than 0 at 5 %, with Holm's correction for all rows of a network; below {FEWEST} seeds "
        "nothing is claimed."
    )


def _numbers(part: PairedAccuracy) -> tuple[str, str, str]:
    """Mean, interval and number of seeds."""
    low, high = part.interval.low, part.interval.high
    known = math.isfinite(low)
    between = f"{PERCENT * low:+.3f} to {PERCENT * high:+.3f}" if known else NOTHING
    return f"{PERCENT * part.interval.middle:+.3f}", between, str(len(part.differences))


def _points(part: PairedAccuracy) -> str:
    """The mean, and in brackets its interval."""
    found = part.interval
    between = f" ({PERCENT * found.low:+.2f} to {PERCENT * found.high:+.2f})" if math.isfinite(found.low) else ""
    return f"{PERCENT * found.middle:+.2f}{between}"


def _own(backend: str, name: str) -> str:
    """What the framework does, in the words of its backend."""
    return next((default.own for default in declared_defaults(backend) if default.name == name), NOTHING)
