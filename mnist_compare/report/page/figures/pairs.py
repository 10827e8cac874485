"""Differences of accuracy seed by seed, against the band in which they count as equal."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from markupsafe import Markup

from mnist_compare.document.words import MINUS, listing
from mnist_compare.report.page.axes import Frame
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.looks import INK, mark
from mnist_compare.report.page.panels import make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.rows import Block, Row, Values, block_panel
from mnist_compare.report.page.scales import Scale, drawable, signed
from mnist_compare.report.page.svg import element, join, line, number, rect, words
from mnist_compare.report.paired import FEWEST, PairedAccuracy, margin_words, paired_accuracies

MOST_PAIRS = 60
_MOST_DOTS = 100


def pairs_picture(scene: Scene) -> Picture | None:
    """A row for each pair of backends with several seeds in common."""
    found = [(group, pairs) for group in scene.groups if (pairs := [p for p in paired_accuracies(group) if _drawn(p)])]
    every = [pair for _, pairs in found for pair in pairs]
    if not every:
        return None
    blocks, left = [], MOST_PAIRS
    for group, pairs in found:
        if rows := tuple(_row(pair) for pair in pairs[:left]):
            blocks.append(Block(group.label, rows))
        left -= len(rows)
    half = _half(every)
    panel = block_panel(
        blocks, Values(partial(Scale, -half, half), "difference of test accuracy, points", partial(_band, every))
    )
    return make_picture(
        "pairs",
        pairs_finding(every),
        _caption(every),
        [panel],
        columns=1,
    )


def pairs_finding(pairs: Sequence[PairedAccuracy]) -> str:
    """What is shown of how many pairs."""
    counts = Counter(pair.verdict for pair in pairs)
    if set(counts) == {"too few seeds to claim"}:
        most = max(len(pair.differences) for pair in pairs)
        return f"Too few seeds to claim that accuracies are equal or differ: {most} of the {FEWEST} that it takes"
    if len(pairs) == 1:
        return _of_one(pairs[0])
    differing, count = counts["larger"] + counts["smaller"], len(pairs)
    told = [
        f"{counts['equal']:,} {_be(counts['equal'])} shown to be equal within {margin_words(pairs)}"
        if counts["equal"]
        else "",
        f"{differing:,} {_be(differing)} shown to differ" if differing else "",
        f"{counts['undecided']:,} {_be(counts['undecided'])} undecided" if counts["undecided"] else "",
        f"{few:,} {'has' if few == 1 else 'have'} too few seeds" if (few := counts["too few seeds to claim"]) else "",
    ]
    kept = [part for part in told if part]
    if len(kept) == 1:
        return f"All {count:,} pairs{kept[0].removeprefix(f'{count:,}')}"
    return f"Of {count:,} pairs, {listing(kept)}"


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def _of_one(pair: PairedAccuracy) -> str:
    a, b, gap = pair.a, pair.b, f"{abs(100 * pair.interval.middle):.2f} points"
    return {
        "equal": f"{a} and {b} are shown to be equal in {pair.group}, within {margin_words([pair])}",
        "larger": f"{a} is shown to be more accurate than {b} in {pair.group}, by {gap}",
        "smaller": f"{a} is shown to be less accurate than {b} in {pair.group}, by {gap}",
    }.get(pair.verdict, f"It is undecided whether {a} and {b} are equally accurate in {pair.group}")


def _drawn(pair: PairedAccuracy) -> bool:
    return all(drawable(difference) and abs(difference) <= 1 for difference in pair.differences)


def _half(pairs: Sequence[PairedAccuracy]) -> float:
    """Half the axis: all seeds and the band have room, and of the intervals what is not far beyond them."""
    marks = max(abs(difference) for pair in pairs for difference in pair.differences)
    ends = max(max(abs(pair.interval.low), abs(pair.interval.high)) for pair in pairs)
    margin = max(pair.margin for pair in pairs)
    return 100 * max(2 * margin, 1.1 * marks, min(1.1 * ends, 3 * max(marks, margin)))


def _row(pair: PairedAccuracy) -> Row:
    claimed = pair.verdict in ("equal", "larger", "smaller")
    told = pair.verdict if len(pair.differences) >= FEWEST else f"too few seeds ({len(pair.differences)})"
    return Row(f"{pair.a} {MINUS} {pair.b}", partial(_draw, pair), told, claimed)


def _draw(pair: PairedAccuracy, scale: Scale, y: float) -> Markup:
    found, few = pair.interval, len(pair.differences) < FEWEST
    low, high, middle = (100 * value for value in (found.low, found.high, found.middle))
    told = f"{pair.group}, {pair.a} {MINUS} {pair.b}: {_signed(middle)} points, 95 % interval "
    told += f"{_signed(low)} to {_signed(high)}, {len(pair.differences)} seeds: {pair.verdict}"
    dots = "".join(f"M{number(scale(100 * d))} {number(y)}h0" for d in pair.differences[:_MOST_DOTS])
    return join(
        [
            line(scale(low), y, scale(high), y, "iv dot" if few else "iv"),
            element("path", css="seeds", d=dots),
            mark(INK, scale(middle), y, told, hollow=few),
        ]
    )


def _signed(value: float) -> str:
    return signed(f"{value:+.3f}")


def _band(pairs: Sequence[PairedAccuracy], scale: Scale, frame: Frame) -> Markup:
    margin = min(pair.margin for pair in pairs)
    low, high = scale(-100 * margin), scale(100 * margin)
    return join(
        [
            rect(low, frame.top, high - low, frame.bottom - frame.top, "band"),
            words(scale(0), frame.top - 7, f"equal: within {margin_words(pairs)}", "tk c"),
            line(scale(0), frame.top, scale(0), frame.bottom, "zero"),
        ]
    )


def _caption(pairs: Sequence[PairedAccuracy]) -> str:
    told = [
        "Differences of runs with the same seed: a dot for each, a diamond at their mean, a line over its 95 % "
        "interval. Equal takes the mean to be shown within the band (two one-sided tests), larger or smaller to be "
        "shown different from 0, all at 5 % with Holm's correction."
    ]
    if any(len(pair.differences) < FEWEST for pair in pairs):
        told.append(f"Hollow and dotted: fewer than {FEWEST} seeds, of which nothing is claimed.")
    if len(pairs) > MOST_PAIRS:
        told.append(f"The first {MOST_PAIRS} of {len(pairs):,} pairs are drawn.")
    return " ".join(told)
