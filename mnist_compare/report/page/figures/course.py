"""Courses of a training over its epochs, as means and ranges over the seeds, and how they are drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import fmean

from markupsafe import Markup

from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.records.measures import epoch_seconds
from mnist_compare.records.record import Record
from mnist_compare.report.curves import name, shown
from mnist_compare.report.page.looks import Look, mark
from mnist_compare.report.page.scales import Scale, drawable, span
from mnist_compare.report.page.svg import join, path
from mnist_compare.report.statistics import BackendRuns, Group

MOST_BELOW = 3
_BEYOND = 3  # times the highest loss of the runs that are done: where those that diverged are cut off
LOSS_SHARE = 0.02
ACCURACY_POINTS = 0.5

Reader = Callable[[EpochResult], float | None]


@dataclass(frozen=True)
class Point:
    """The mean, the least and the most over the seeds at one place; `at` says in words where."""

    x: float
    mean: float
    low: float
    high: float
    at: str


@dataclass(frozen=True)
class Course:
    """The runs of a row whose course is drawn."""

    group: Group
    row: BackendRuns
    runs: tuple[Record, ...]

    @property
    def name(self) -> str:
        """The row, with how its runs ended where they are not done."""
        return name(self.row)

    def epochs(self, read: Reader) -> list[Point]:
        """What is read from each epoch, by its number."""
        longest = max(self.runs, key=lambda run: len(run.history))
        places = [(float(epoch.epoch), f"epoch {epoch.epoch:,}") for epoch in longest.history]
        return self._points(read, places)

    def seconds(self, read: Reader) -> list[Point]:
        """The same, by the seconds of training that it took so far, as a mean over the seeds."""
        taken = [list(accumulate(epoch_seconds(run))) for run in self.runs]
        longest = max(self.runs, key=lambda run: len(run.history))
        places = []
        for i, epoch in enumerate(longest.history):
            if found := [seconds[i] for seconds in taken if i < len(seconds) and drawable(seconds[i])]:
                places.append((fmean(found), f"epoch {epoch.epoch:,}, {fmean(found):,.3g} s"))
        return self._points(read, places)

    def _points(self, read: Reader, places: Sequence[tuple[float, str]]) -> list[Point]:
        points = []
        for i, (x, at) in enumerate(places):
            values = [read(run.history[i]) for run in self.runs if i < len(run.history)]
            found = [value for value in values if value is not None and drawable(value)]
            if found and drawable(x):
                points.append(Point(x, fmean(found), min(found), max(found), at))
        return points


def courses_of(group: Group) -> list[Course]:
    """Of the rows with a run that came past an epoch."""
    return [Course(group, row, tuple(runs)) for row in group.rows if (runs := shown(row))]


def reader(field: str, factor: float = 1.0) -> Reader:
    """Reads a field of an epoch, which older and later records may lack."""

    def read(epoch: EpochResult) -> float | None:
        value: float | None = getattr(epoch, field)
        return None if value is None else factor * value

    return read


def loss_span(
    courses: Sequence[Course], lines: Sequence[Sequence[Point]], read: Sequence[Reader]
) -> tuple[float, float]:
    """The ends of an axis of losses: those of runs that diverged do not flatten the others."""
    done = [found for c in courses for run in c.row.done for e in run.history for r in read if drawable(found := r(e))]
    highest = max((value for value in done if value is not None), default=0.0)
    values = [value for line in lines for point in line for value in (point.low, point.high)]
    if highest > 0:
        values = [min(value, _BEYOND * highest) for value in values]
    return span(values, share=LOSS_SHARE)


def accuracy_span(lines: Sequence[Sequence[Point]]) -> tuple[float, float]:
    """The ends of an axis of accuracies in percent."""
    return span((value for line in lines for p in line for value in (p.low, p.high)), least=ACCURACY_POINTS)


def curve(
    points: Sequence[Point], axes: tuple[Scale, Scale], look: Look, css: str = "", *, most: int, ranged: bool = True
) -> Markup:
    """The mean as a line of so many points at most, over a pale range; of one point, nothing."""
    x, y = axes
    kept = thinned(points, most)
    if len(kept) < 2:
        return Markup("")
    parts = []
    if ranged and any(point.high > point.low for point in kept):
        outline = [(x(p.x), y(p.high)) for p in kept] + [(x(p.x), y(p.low)) for p in kept[::-1]]
        parts.append(path(outline, f"range {look.css}", closed=True))
    parts.append(path([(x(p.x), y(p.mean)) for p in kept], " ".join(filter(None, ("ln", look.css, css)))))
    return join(parts)


@dataclass(frozen=True)
class Spots:
    """How marks on a line look: at most so many of them, hollow, or larger where so many others may lie above."""

    most: int
    hollow: bool = False
    below: int = 0


def spots(
    points: Sequence[Point], axes: tuple[Scale, Scale], look: Look, told: Callable[[Point], str], shown: Spots
) -> Markup:
    """Marks at some of the points, the last one included."""
    x, y = axes
    size = 3.0 + 1.4 * min(shown.below, MOST_BELOW)
    kept = thinned(points, shown.most)
    return join(mark(look, x(p.x), y(p.mean), told(p), hollow=shown.hollow, size=size) for p in kept)


def width_class(below: int) -> str:
    """Matched runs often lie upon one another: the lines below are wider, so that they are still seen."""
    return f"w{min(below, MOST_BELOW)}" if below else ""


def thinned(points: Sequence[Point], most: int) -> list[Point]:
    """So many of the points at most, evenly, with the first and the last."""
    if len(points) <= most:
        return list(points)
    return [points[round(i * (len(points) - 1) / (most - 1))] for i in range(most)]
