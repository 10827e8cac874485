"""The timings of two rows side by side, and whether they were trained in turn."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime

from mnist_compare.records.record import Record
from mnist_compare.records.timing import Timing

Span = tuple[float, float]

FEWEST_SEEDS = 3
"""Of fewer, two comparisons are not trained in turn: the machine has not changed to and fro often enough to show it."""


def run_pairs(ours: Sequence[Record], theirs: Sequence[Record]) -> list[tuple[Record, Record]]:
    """Those of the same seed; where no seed is in both rows, one after the other."""
    other = {run.seed: run for run in ours}
    return [(other[run.seed], run) for run in theirs if run.seed in other] or list(zip(ours, theirs, strict=False))


def timing_pairs(ours: Record, theirs: Record) -> list[tuple[Timing, Timing]]:
    """The timings of two runs, one beside the other; the later ones, where one run has more of them."""
    a, b = ours.counted, theirs.counted
    count = min(len(a), len(b))
    return list(zip(a[-count:], b[-count:], strict=True))


def are_in_turn(old: Sequence[Record], new: Sequence[Record]) -> bool:
    """Whether the runs of two rows were trained in turn, by the times of day of the timings that count.

    That is so where the two timings of each seed are neighbours: one follows the other, and none of another seed comes
    between. Records that do not tell their times of day were not.
    """
    pairs = run_pairs(old, new)
    if any(a.seed != b.seed for a, b in pairs) or len(pairs) < FEWEST_SEEDS:
        return False
    try:
        every = sorted(_span(timing) for run in (*old, *new) for timing in run.counted)
        return all(_are_neighbours(pair, every) for pair in pairs)
    except (ValueError, OverflowError):
        return False


def _are_neighbours(pair: tuple[Record, Record], every: Sequence[Span]) -> bool:
    """Whether the timings of two runs of a seed follow one another, and what lies between them is that seed's too.

    `every` are the spans of all runs, in order.
    """
    own = sorted(_span(timing) for run in pair for timing in run.counted)
    both = [sorted(map(_span, timings)) for timings in timing_pairs(*pair)]
    return all(
        first[1] <= second[0] and _between(every, first, second) <= _between(own, first, second)
        for first, second in both
    )


def _between(spans: Sequence[Span], first: Span, second: Span) -> int:
    """How many of the spans, which are in order, come after the first and before the second; negative for none."""
    return bisect_left(spans, second) - bisect_right(spans, first)


def _span(timing: Timing) -> Span:
    """When it began and ended, in seconds."""
    return datetime.fromisoformat(timing.started).timestamp(), datetime.fromisoformat(timing.finished).timestamp()
