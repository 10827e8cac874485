"""How many times longer each backend trained than the fastest one of its network, with the range of that."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from markupsafe import Markup

from mnist_compare.document.words import TIMES, listing, plural
from mnist_compare.report.claim import MAX_NAMED, few, noun
from mnist_compare.report.page.axes import Frame
from mnist_compare.report.page.figures.phrases import each_of
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.looks import Look, Looks, mark
from mnist_compare.report.page.panels import make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.rows import Block, Row, Values, block_panel
from mnist_compare.report.page.scales import LogScale, Scale
from mnist_compare.report.page.svg import join, line
from mnist_compare.report.ratio import Ratio
from mnist_compare.report.speed import Speed, speeds
from mnist_compare.report.statistics import Group
from mnist_compare.report.verdict import range_words, ratio_words

_WHY = {
    "short": "not compared: too short",
    "beside": "not compared: not alone",
    "disturbed": "not compared: machine busy",
}
_NOT = "not compared"
_MOST = 1000.0


def relative_time_picture(scene: Scene) -> Picture | None:
    """A block for each network in which there are two backends with a speed."""
    by_label = {group.label: group for group in scene.groups}
    found = [(by_label[speed.label], speed) for speed in speeds(scene.groups)]
    if not any(speed.others for _, speed in found):
        return None
    blocks = [Block(group.label, _rows(group, speed, scene.looks)) for group, speed in found]
    every = [ratio for _, speed in found for ratio in speed.others]
    low = max(1 / _MOST, min([1.0, *(ratio.low for ratio in every)])) / 1.1
    high = min(_MOST, max([1.2, *(ratio.high for ratio in every)])) * 1.1
    values = Values(partial(LogScale, low, high), "training time, as a multiple of the fastest", _one)
    return make_picture(
        "relative-time",
        relative_time_finding(found),
        _caption([speed for _, speed in found], every),
        [block_panel(blocks, values)],
        columns=1,
    )


def relative_time_finding(found: Sequence[tuple[Group, Speed]]) -> str:
    """In how many networks one backend is clearly the fastest of those that can be compared."""
    compared = [(group, speed) for group, speed in found if speed.others]
    clear = [speed for _, speed in compared if _is_clear(speed)]
    left = len(found) - len(compared)
    place = noun([group for group, _ in found])
    rest = f"; in {plural(left, place)} nothing can be compared" if left else ""
    if len(compared) == 1:
        return _of_one(*compared[0]) + rest
    partly = any(len(speed.rows) < len(group.finished) for group, speed in compared)
    some = "Of the backends that can be compared, " if partly else ""
    if not clear:
        return f"In none of {len(compared)} {place}s is one backend clearly the fastest{rest}"
    wins = Counter(speed.fastest for speed in clear).most_common()
    (first, count), others = wins[0], wins[1:]
    if count == len(compared):
        return f"{some}{first} is the fastest in {each_of([group for group, _ in compared])}{rest}"
    told = [f"{some}{first} is clearly the fastest in {count} of {len(compared)} {place}s"]
    told += [f"{name} in {number}" for name, number in others[:MAX_NAMED]]
    more = sum(number for _, number in others[MAX_NAMED:])
    told += [f"others in {more}"] if more else []
    unclear = len(compared) - len(clear)
    return ", ".join(told) + (f"; in {unclear} nobody is clearly ahead" if unclear else "") + rest


def _is_clear(speed: Speed) -> bool:
    """Whether the first is faster than each of the others, as far as is known."""
    return bool(speed.others) and all(ratio.low > 1 for ratio in speed.others)


def _of_one(group: Group, speed: Speed) -> str:
    names = few([speed.fastest, *(ratio.backend for ratio in speed.others)])
    if not _is_clear(speed):
        return f"It is not clear which of {names} trains {speed.label} fastest"
    others = sorted(speed.others, key=lambda ratio: ratio.ratio)
    about = "about " if any(ratio.timings == 1 for ratio in others) else ""
    told = listing([f"{ratio_words(ratio)} times as fast as {ratio.backend}" for ratio in others[:MAX_NAMED]])
    some = f"Of {names}, " if len(speed.rows) < len(group.finished) else ""
    return f"{some}{speed.fastest} trains {speed.label} fastest: {about}{told}"


def _rows(group: Group, speed: Speed, shown: Looks) -> tuple[Row, ...]:
    ratios = {ratio.backend: ratio for ratio in speed.others}
    failed = {name for pair in group.failed for name in pair.names}
    why = {row.label: "not compared: see certificate" for row in group.rows if row.backend in failed}
    why |= {one.label: _WHY[one.kind] for one in speed.reserved}
    return tuple(
        _row(group.label, row.label, speed, ratios.get(row.label), why.get(row.label, _NOT), shown[row.label])
        for row in group.finished
    )


def _row(network: str, label: str, speed: Speed, ratio: Ratio | None, why: str, look: Look) -> Row:
    if label == speed.fastest:
        single = all(other.timings == 1 for other in speed.others)
        told = f"{network}, {label}: 1.00 {TIMES}, what the others are compared with"
        return Row(label, partial(_draw_fastest, told, look, single), f"1.00 {TIMES}", strong=_is_clear(speed))
    if ratio is None:
        return Row(label, lambda _scale, _y: Markup(""), why)
    times = f"{ratio_words(ratio)} {TIMES} ({range_words(ratio)})"
    told = f"({range_words(ratio)}): not known" if ratio.is_open else times
    return Row(label, partial(_draw, f"{network}, {label}: {times}", ratio, look), told, strong=not ratio.is_equal)


def _draw_fastest(told: str, look: Look, single: bool, scale: Scale, y: float) -> Markup:
    return mark(look, scale(1), y, told, hollow=single)


def _draw(told: str, ratio: Ratio, look: Look, scale: Scale, y: float) -> Markup:
    weak = ratio.timings == 1 or ratio.is_open
    bar = line(scale(ratio.low), y, scale(ratio.high), y, f"iv {look.css}{' dot' if weak else ''}")
    return join([bar, mark(look, scale(ratio.ratio), y, told, hollow=weak)])


def _one(scale: Scale, frame: Frame) -> Markup:
    return line(scale(1), frame.top, scale(1), frame.bottom, "zero")


def _caption(found: Sequence[Speed], ratios: Sequence[Ratio]) -> str:
    told = ["A mark at the ratio, a line over its range: at 1 a backend is as fast as the fastest of its network."]
    if any(ratio.timings > 1 for ratio in ratios):
        told.append("Solid: 95 % confidence interval over several timings, for all pairs of a network at once.")
    if any(ratio.timings == 1 for ratio in ratios):
        told.append("Hollow and dotted: one timing of each, the range over its epochs, widened.")
    if any(ratio.widened for ratio in ratios):
        told.append("The ranges allow for other work on the machine.")
    if any(speed.reserved or not speed.others for speed in found):
        told.append("What cannot be compared has no mark, and the reason at its side.")
    return " ".join(told)
