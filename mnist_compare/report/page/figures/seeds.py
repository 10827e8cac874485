"""Accuracy of every seed, with the mean and where it lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean, median

from markupsafe import Markup

from mnist_compare.document.words import plural, span
from mnist_compare.report.accuracy_interval import accuracy_interval, seed_accuracies
from mnist_compare.report.claim import few, noun
from mnist_compare.report.intervals import Interval
from mnist_compare.report.page.figures.bounds import share_of
from mnist_compare.report.page.figures.phrases import each_of, percent, points
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.looks import Look, Looks, mark
from mnist_compare.report.page.panels import Panel, backend_keys, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.rows import Row, Values, row_panel
from mnist_compare.report.page.scales import Scale
from mnist_compare.report.page.svg import join, line
from mnist_compare.report.statistics import BackendRuns, Group

_SEEDS = 2000
"""Marks of all rows together: more make the page large, and a row of more than a hundred is a smear."""
_LEAST = 0.001
_WIDER = 4


@dataclass(frozen=True)
class Accuracies:
    """The accuracies of a row by seed, and the interval of their mean; None where nothing is known of it."""

    group: Group
    row: BackendRuns
    by_seed: dict[int, float]
    interval: Interval | None

    @property
    def mean(self) -> float:
        """Over the seeds."""
        return fmean(self.by_seed.values())

    @property
    def single(self) -> bool:
        """Whether there is one seed alone."""
        return len(self.by_seed) == 1


def seeds_picture(scene: Scene) -> Picture | None:
    """A panel for each network, all of the same width in points."""
    found = [(group, rows) for group in scene.groups if (rows := accuracies(group))]
    if not found:
        return None
    shown = scene.some(one.row.label for _, rows in found for one in rows)
    needs = [_need(rows) for _, rows in found]
    usual = _WIDER * median(needs)
    width = max(need for need in needs if need <= usual)
    most = share_of(_SEEDS, scene.rows, 10, 100)
    panels = [
        _panel(group, rows, shown, max(width, need), most) for (group, rows), need in zip(found, needs, strict=True)
    ]
    single = any(one.single for _, rows in found for one in rows)
    return make_picture(
        "seeds",
        seeds_finding(found),
        _caption(found, width, most, wider=max(needs) > width),
        panels,
        keys=backend_keys(shown, hollow="one seed" if single else ""),
    )


def accuracies(group: Group) -> list[Accuracies]:
    """Of the rows that have any."""
    found = []
    for row in group.finished:
        if by_seed := seed_accuracies(row):
            found.append(Accuracies(group, row, by_seed, accuracy_interval(row)))
    return found


def seeds_finding(found: Sequence[tuple[Group, Sequence[Accuracies]]]) -> str:
    """How far the means of a network's backends are apart at most."""
    several = [(group, rows) for group, rows in found if len(rows) > 1]
    if not several:
        means = [(one.mean, one, group) for group, rows in found for one in rows]
        (least, *_), (most, *_) = min(means, key=lambda m: m[0]), max(means, key=lambda m: m[0])
        names = few([one.row.label for _, one, _ in means])
        return f"{names} recognised {span(percent(least), percent(most))} of the test images"
    places = [group for group, _ in several]
    apart = [(_apart(rows), group, rows) for group, rows in several]
    most, group, rows = max(apart, key=lambda one: one[0])
    names = few([one.row.label for one in rows])
    mean = "" if all(one.single for _, own in several for one in own) else "mean "
    if len(several) == 1 and not most:
        return f"{names} have the same {mean or 'test '}accuracy in {group.label}"
    if len(several) == 1:
        who = f"The mean accuracies of {names}" if mean else names
        return f"{who} are within {points(most)} of each other in {group.label}"
    if not most:
        return f"All backends of a {noun(places)} have the same {mean or 'test '}accuracy, in {each_of(places)}"
    return f"Within a {noun(places)}, {mean}accuracies are at most {points(most)} apart; most in {group.label}"


def _apart(rows: Sequence[Accuracies]) -> float:
    means = [one.mean for one in rows]
    return max(means) - min(means)


def _need(rows: Sequence[Accuracies]) -> float:
    """How wide a panel must be for all marks, and should be for the intervals."""
    values = [value for one in rows for value in one.by_seed.values()]
    ends = [end for one in rows if one.interval for end in (one.interval.low, one.interval.high)]
    marks = max(values) - min(values)
    bars = max([*values, *ends]) - min([*values, *ends])
    return max(_LEAST, 1.2 * marks, min(1.1 * bars, 3 * max(marks, 0.01)))


def _panel(group: Group, rows: Sequence[Accuracies], shown: Looks, width: float, most: int) -> Panel:
    values = [value for one in rows for value in one.by_seed.values()]
    middle = (min(values) + max(values)) / 2
    scale = partial(Scale, 100 * (middle - width / 2), 100 * (middle + width / 2))
    lines = [Row(one.row.label, partial(_draw, one, shown[one.row.label], most)) for one in rows]
    counts = sorted({len(one.by_seed) for one in rows})
    note = plural(counts[0], "seed") if len(counts) == 1 else f"{counts[0]} to {counts[-1]:,} seeds"
    return row_panel(group.label, note, lines, Values(scale, "test accuracy, %"))


def _draw(one: Accuracies, look: Look, most: int, scale: Scale, y: float) -> Markup:
    parts = []
    label, found = f"{one.group.label}, {one.row.label}", one.interval
    told = ""
    if found:
        told = f", 95 % interval {100 * max(0.0, found.low):.2f} to {100 * min(1.0, found.high):.2f}"
        css = f"iv {look.css}{' dot' if one.single else ''}"
        parts.append(line(scale(100 * found.low), y, scale(100 * found.high), y, css))
    if one.single:
        (seed, value), *_ = one.by_seed.items()
        words = f"{label}, seed {seed}: {percent(value)}{f'{told} over images' if told else ''}"
        return join([*parts, mark(look, scale(100 * value), y, words, hollow=True)])
    x = scale(100 * one.mean)
    parts.append(line(x, y - 5, x, y + 5, f"mean {look.css}", f"{label}: mean {percent(one.mean)}{told}"))
    for seed, value in list(one.by_seed.items())[:most]:
        parts.append(mark(look, scale(100 * value), y - 6, f"{label}, seed {seed}: {percent(value)}", size=2.6))
    return join(parts)


def _caption(found: Sequence[tuple[Group, Sequence[Accuracies]]], width: float, most: int, *, wider: bool) -> str:
    every = [one for _, rows in found for one in rows]
    told = []
    if len(found) > 1:
        told.append(
            f"Every panel is {100 * width:.3g} points wide, so that distances compare across networks"
            + (", but for the wider ones of networks whose seeds lie further apart." if wider else ".")
        )
    if any(not one.single for one in every):
        told.append("A small mark per seed; an upright line at the mean, a solid one over its 95 % interval.")
    if any(one.single for one in every):
        told.append("Hollow and dotted: one seed, 95 % interval over the test images alone.")
    if any(len(one.by_seed) > most for one in every):
        told.append(f"Of a backend, the first {most} seeds are drawn.")
    return " ".join(told)
