"""How sure a network is of a class, against how often that class is right."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from mnist_compare.document.words import listing, plural
from mnist_compare.report.page.axes import BELOW, Frame, x_axis, y_axis
from mnist_compare.report.page.figures.bounds import first_within
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.looks import Look, Looks, mark
from mnist_compare.report.page.panels import Panel, backend_keys, fixed, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.scales import Scale
from mnist_compare.report.page.svg import join, line, path
from mnist_compare.report.statistics import BackendRuns, Group

MOST_PANELS = 6
FEWEST = 20
"""Images of a bin below which its mark is hollow: so few say little of a share."""
_HEIGHT = 300.0


@dataclass(frozen=True)
class Bin:
    """Images of whose class a network is about equally sure, over all runs of a row: shares from 0 to 1."""

    count: int
    right: float
    confidence: float


@dataclass(frozen=True)
class Reliability:
    """A row of a group that tells how sure it was."""

    group: Group
    row: BackendRuns
    bins: tuple[Bin, ...]

    @property
    def error(self) -> float:
        """The expected calibration error: how far confidence and share of right ones are apart, over all images."""
        total = sum(one.count for one in self.bins)
        return sum(one.count * abs(one.right - one.confidence) for one in self.bins) / total

    @property
    def excess(self) -> float:
        """By how much it is surer, on average, than it is right; below 0 where it is not sure enough."""
        total = sum(one.count for one in self.bins)
        return sum(one.count * (one.confidence - one.right) for one in self.bins) / total


def reliability_picture(scene: Scene) -> Picture | None:
    """A panel for each network that gives probabilities."""
    found = [own for group in scene.groups if (own := reliabilities(group))]
    if not found:
        return None
    shown = first_within(found, MOST_PANELS, lambda _: 1)
    drawn = scene.some(one.row.label for own in shown for one in own)
    few = any(one.count < FEWEST for own in shown for row in own for one in row.bins)
    return make_picture(
        "reliability",
        reliability_finding([one for own in shown for one in own]),
        _caption(found, shown),
        [_panel(own, scene.looks) for own in shown],
        keys=backend_keys(drawn, hollow=f"fewer than {FEWEST} images" if few else ""),
    )


def reliability_finding(found: Sequence[Reliability]) -> str:
    """The range of the calibration error, and whether all are too sure, or none is sure enough."""
    errors = sorted(100 * one.error for one in found)
    low, high = f"{errors[0]:.1f}", f"{errors[-1]:.1f}"
    size = f"{low} points" if low == high else f"{low} to {high} points"
    signs = {one.excess > 0 for one in found}
    which = {True: "too sure on average", False: "not sure enough on average"}
    tail = f", and {'all are' if len(found) > 1 else 'it is'} {which[signs.pop()]}" if len(signs) == 1 else ""
    return f"What a network says of its own certainty is off by {size}{tail}"


def reliabilities(group: Group) -> list[Reliability]:
    """Of the rows whose records tell it."""
    found = [Reliability(group, row, bins) for row in group.finished if (bins := _bins(row))]
    return [one for one in found if one.bins]


def _bins(row: BackendRuns) -> tuple[Bin, ...]:
    tests = [run.test.calibration for run in row.done if run.test and run.test.calibration]
    size = max(map(len, tests), default=0)
    bins = []
    for own in zip(*(test for test in tests if len(test) == size), strict=True):
        count, right = sum(one.count for one in own), sum(one.right for one in own)
        confidence = sum(one.count * one.confidence for one in own)
        if count and right <= count and 0 <= confidence <= 1.001 * count:
            bins.append(Bin(count, right / count, confidence / count))
    return tuple(bins)


def _panel(own: Sequence[Reliability], looks: Looks) -> Panel:
    note = f"{plural(sum(one.count for one in own[0].bins), 'image')}"
    return Panel(fixed(_HEIGHT + BELOW), partial(_draw, own, looks), own[0].group.label, note)


def _draw(own: Sequence[Reliability], looks: Looks, width: float) -> Markup:
    frame = Frame(46, 24, min(width, 380.0) - 14, _HEIGHT)
    x, y = Scale(0, 100, frame.left, frame.right), Scale(0, 100, frame.bottom, frame.top)
    parts = [y_axis(frame, y, "right, %"), x_axis(frame, x, "probability that it gives, %")]
    parts.append(line(x(0), y(0), x(100), y(100), "zero dsh"))
    for one in own:
        look = looks[one.row.label]
        points = [(x(100 * each.confidence), y(100 * each.right)) for each in one.bins]
        parts.append(path(points, f"ln th {look.css}".strip()))
        parts += [_mark(one, each, look, *point) for each, point in zip(one.bins, points, strict=True)]
    return join(parts)


def _mark(one: Reliability, each: Bin, look: Look, x: float, y: float) -> Markup:
    told = f"{one.group.label}, {one.row.label}: {100 * each.confidence:.1f} % sure, {100 * each.right:.1f} % right, "
    return mark(look, x, y, told + plural(each.count, "image"), hollow=each.count < FEWEST)


def _caption(found: Sequence[Sequence[Reliability]], shown: Sequence[Sequence[Reliability]]) -> str:
    names = [f"{one.row.label} {100 * one.error:.2f}" for one in shown[0]]
    told = [
        "Test images in ten bins by the probability of the predicted class; on the dashed line it is as often right."
    ]
    told.append(f"Expected calibration error of {shown[0][0].group.label}, in points: {listing(names)}.")
    if len(found) > len(shown):
        told.append(f"The first {len(shown)} of {len(found)} networks are drawn.")
    return " ".join(told)
