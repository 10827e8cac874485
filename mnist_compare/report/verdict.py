"""The findings on speed in sentences, each with what is known of it and no more."""

import math
from collections.abc import Sequence

from mnist_compare.document.words import listing
from mnist_compare.records.measures import Spread
from mnist_compare.report.cells import amount
from mnist_compare.report.ratio import Ratio
from mnist_compare.report.reservation import reservation_sentences
from mnist_compare.report.speed import Speed, speeds
from mnist_compare.report.statistics import BackendRuns, Group

ONE_RUN = (
    "One run of each: in brackets is the range over the epochs, widened to what 19 of 20 of the benchmarks' single "
    "timings keep to; --seeds 0,1,2 gives confidence intervals."
)
MIXED = (
    "In brackets: 95 % confidence intervals where there are several timings of each, else the range over the epochs, "
    "widened to what 19 of 20 of the benchmarks' single timings keep to."
)
OTHER_WORK = "The brackets allow for other work on the machine, too."
ALMOST = 1e-6  # so that 1.6, which a float holds not quite, stays 1.6
SMALL, HUGE = 0.01, 10_000  # beyond them the numbers of a range say nothing
MANY = 100  # a ratio from which on its decimals mean nothing


def speed_sentences(groups: Sequence[Group]) -> list[str]:
    """What is known of each group's speeds: "keras trained about 1.4 times faster than torch (1.1 to 1.9)", with the
    seconds from start to end, and who is not compared.

    The group's label comes first where there are several groups.
    """
    several = len([group for group in groups if group.finished]) > 1
    return [(f"{speed.label}: " if several else "") + speed_sentence(speed) for speed in speeds(groups)]


def speed_sentence(speed: Speed) -> str:
    """All that is to be said of one comparison."""
    parts = [_training(speed), _kind(speed), _resumed(speed), *reservation_sentences(speed.reserved), _total(speed)]
    return " ".join(filter(None, parts))


def range_words(ratio: Ratio) -> str:
    """Its range, rounded outwards: "1.1 to 1.9"."""
    digits = _decimals(ratio)
    step = 10.0**-digits
    low, high = math.floor(ratio.low / step + ALMOST) * step, math.ceil(ratio.high / step - ALMOST) * step
    least = (
        f"{low:,.{digits}f}" if low else "under 0.01" if ratio.low < SMALL else f"{math.floor(100 * ratio.low) / 100}"
    )
    return f"{least} to {f'{high:,.{digits}f}' if high < HUGE else f'over {HUGE:,}'}"


def ratio_words(ratio: Ratio) -> str:
    """The ratio, with as many decimals as its range bears."""
    digits = 1 if ratio.timings == 1 and 1.1 * ratio.low < ratio.high < MANY else _decimals(ratio)
    return f"{ratio.ratio:,.{digits}f}"


def _training(speed: Speed) -> str:
    equal = [other for other in speed.others if other.is_equal and not other.is_open]
    parts = [factor_words(other) for other in speed.others if not other.is_equal]
    if equal:
        parts.insert(0, f"{_about(*equal)}as fast as {with_ranges(equal)}")
    told = [f"{speed.fastest} trained {listing(parts)}."] if parts else []
    if unknown := [other for other in speed.others if other.is_open]:
        told.append(f"It cannot be told whether {speed.fastest} trained faster than {with_ranges(unknown)}.")
    return " ".join(told)


def with_ranges(ratios: Sequence[Ratio]) -> str:
    """The backends, each with its range: "keras (0.9 to 1.1 times)"."""
    return listing([f"{ratio.backend} ({range_words(ratio)} times)" for ratio in ratios])


def factor_words(other: Ratio) -> str:
    """Seed by seed, what is fastest by its median over the seeds may be slower."""
    word, shown = ("faster", other) if other.ratio > 1 else ("slower", other.inverse)
    return f"{_about(other)}{ratio_words(shown)} times {word} than {other.backend} ({range_words(shown)})"


def _about(*ratios: Ratio) -> str:
    return "about " if any(ratio.timings == 1 for ratio in ratios) else ""


def _kind(speed: Speed) -> str:
    counts = sorted({other.timings for other in speed.others})
    if not counts:
        return ""
    timings = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else f"{counts[0]}"
    several = f"In brackets: 95 % confidence intervals from {timings} timings of each{speed.at_once}."
    told = ONE_RUN if counts == [1] else MIXED if counts[0] == 1 else several
    return f"{told} {OTHER_WORK}" if any(other.widened for other in speed.others) else told


def _resumed(speed: Speed) -> str:
    if not speed.resumed:
        return ""
    return f"Every run of {listing(list(speed.resumed))} was interrupted and resumed, so this is less certain."


def _total(speed: Speed) -> str:
    """The seconds from start to end, the shortest first: who trains fastest need not be done first."""
    found = [(row, total) for row in speed.rows if (total := row.timing("total_seconds"))]
    found.sort(key=_mean)
    told = listing([f"{row.label}{' took' if not i else ''} {amount(total)} s" for i, (row, total) in enumerate(found)])
    return f"From start to end, everything included, {told}." if found else ""


def _mean(item: tuple[BackendRuns, Spread]) -> float:
    return item[1].mean


def _decimals(ratio: Ratio) -> int:
    """Two where the range is narrow or near 1, as one decimal would round it away."""
    if ratio.high >= MANY:
        return 0
    return 2 if ratio.high < 1.1 * ratio.low or 1 / 1.1 < ratio.low < 1.1 or 1 / 1.1 < ratio.high < 1.1 else 1
