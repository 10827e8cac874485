"""How long a trained network takes to answer, against how many images it is asked about at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean

from markupsafe import Markup

from mnist_compare.document.table import Table, shortened
from mnist_compare.document.words import plural, significant
from mnist_compare.records.record import Record
from mnist_compare.report.page.axes import BELOW, Frame, x_axis, y_axis
from mnist_compare.report.page.figures.course import Point, Spots, curve, spots, thinned
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.panels import Panel, backend_keys, fixed, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.scales import LogScale, Scale, Tick, drawable, short
from mnist_compare.report.page.svg import join
from mnist_compare.report.statistics import BackendRuns, Group

_HEIGHT = 210.0
_MOST = 12
"""Sizes of a batch: a run of this version has four."""
_ROOM = 1.25
_MILLI = 1000.0


@dataclass(frozen=True)
class Measured:
    """The latencies of a row in milliseconds, by the images of a batch, as means over the runs that have them.

    `doubtful` where other work, or other runs of the comparison, were beside each of them.
    """

    group: Group
    row: BackendRuns
    points: tuple[Point, ...]
    runs: int
    doubtful: bool

    @property
    def by_images(self) -> dict[float, float]:
        """The mean for each size of a batch."""
        return {point.x: point.mean for point in self.points}


def latency_picture(scene: Scene) -> Picture | None:
    """A panel for each network."""
    groups = [found for group in scene.groups if (found := _measured_in(group))]
    if not groups:
        return None
    every = [one for found in groups for one in found]
    doubtful = any(one.doubtful for one in every)
    return make_picture(
        "latency",
        latency_finding(every),
        _caption(every),
        [Panel(fixed(_HEIGHT + BELOW), partial(_draw, found, scene), found[0].group.label) for found in groups],
        keys=backend_keys(
            scene.some(one.row.label for one in every), hollow="other work or runs beside it" if doubtful else ""
        ),
        numbers=_numbers(every),
    )


def latency_finding(every: Sequence[Measured]) -> str:
    """What was measured for the smallest and the largest batch that all have in common."""
    common = sorted(set.intersection(*(set(one.by_images) for one in every)))
    if not common:
        return f"The latency of {plural(len(every), 'trained network')} was measured, for no batch in common"
    named = len({one.group.label for one in every}) > 1
    told = [f"{_span(every, size, named=named)} for {_batch(size)}" for size in dict.fromkeys((common[0], common[-1]))]
    return f"A forward pass took {', '.join(told)}"


def _batch(size: float) -> str:
    return "one image" if size == 1 else f"{size:,.0f} at once"


def _span(every: Sequence[Measured], size: float, *, named: bool) -> str:
    """The least and the most milliseconds, and of what they are."""
    found = sorted(((one.by_images[size], one) for one in every), key=lambda item: item[0])
    ends = [found[0], found[-1]] if len(found) > 1 else [found[0]]
    return " to ".join(f"{significant(value, 2)} ms ({_place(one, named=named)})" for value, one in ends)


def _place(one: Measured, *, named: bool) -> str:
    return f"{one.row.label}, {one.group.label}" if named else one.row.label


def _measured_in(group: Group) -> list[Measured]:
    return [found for row in group.finished if (found := _measured(group, row))]


def _measured(group: Group, row: BackendRuns) -> Measured | None:
    """Of the runs beside which no other work was, where there are any."""
    runs = [run for run in row.done if run.latency]
    quiet = [run for run in runs if not _is_doubtful(run)]
    values: dict[int, list[float]] = {}
    for run in quiet or runs:
        for one in run.latency:
            if drawable(one.seconds) and one.seconds > 0 and drawable(one.images):
                values.setdefault(one.images, []).append(_MILLI * one.seconds)
    points = [
        Point(float(images), fmean(found), min(found), max(found), plural(images, "image"))
        for images, found in sorted(values.items())
    ]
    kept = tuple(thinned(points, _MOST))
    return Measured(group, row, kept, len(quiet or runs), not quiet) if kept else None


def _is_doubtful(run: Record) -> bool:
    """Whether other work or other runs may have disturbed the process that trained the network, and measured it."""
    own = run.timings[0]
    return own.jobs > 1 or own.is_disturbed(run.used_threads, run.usable_cores)


def _draw(found: Sequence[Measured], scene: Scene, width: float) -> Markup:
    frame = Frame(56, 24, width - 14, _HEIGHT)
    sizes = sorted({point.x for one in found for point in one.points})
    times = [value for one in found for point in one.points for value in (point.low, point.high)]
    x = LogScale(sizes[0] / _ROOM, sizes[-1] * _ROOM, frame.left, frame.right)
    y = LogScale(min(times) / _ROOM, max(times) * _ROOM, frame.bottom, frame.top)
    parts = [y_axis(frame, y, "milliseconds"), x_axis(frame, x, "images at once", _ticks(sizes, x))]
    for one in found:
        look = scene.looks[one.row.label]
        parts.append(curve(one.points, (x, y), look, most=_MOST))
        parts.append(spots(one.points, (x, y), look, partial(_told, one), Spots(_MOST, hollow=one.doubtful)))
    return join(parts)


def _ticks(sizes: Sequence[float], scale: Scale) -> list[Tick]:
    """The sizes that were measured, as far as they have room."""
    kept: list[float] = []
    for size in sizes:
        if not kept or scale(size) - scale(kept[-1]) >= 24:
            kept.append(size)
    return [Tick(size, short(size)) for size in kept]


def _told(one: Measured, point: Point) -> str:
    return f"{_place(one, named=True)}, {point.at}: {significant(point.mean)} ms"


def _caption(every: Sequence[Measured]) -> str:
    told = [
        "The time of a forward pass after training, against the images in it, on logarithmic axes: the median of "
        "several, with the images on the device already, until the outputs are in NumPy."
    ]
    if any(one.runs > 1 for one in every):
        told.append("Marks are means over the seeds, a pale area is their range.")
    if any(run.used_device != "cpu" for one in every for run in one.row.done):
        told.append("On a GPU that includes the launch and the way of the outputs back.")
    told.append("No difference is tested here.")
    return " ".join(told)


def _numbers(every: Sequence[Measured]) -> Table:
    rows = tuple(
        (
            one.group.label,
            one.row.label,
            f"{point.x:,.0f}",
            significant(point.mean),
            f"{_MILLI * point.x / point.mean:,.0f}",
            str(one.runs),
        )
        for one in every
        for point in one.points
    )
    return shortened(Table("Latency", ("network", "backend", "images at once", "ms", "images/s", "runs"), rows))
