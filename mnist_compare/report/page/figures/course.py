"""Courses of a training over its epochs, as means and ranges over the seeds, and how they are drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from statistics import fmean

from markupsafe import Markup

from mnist_compare.records.measures import epoch_seconds
from mnist_compare.records.record import Record
from mnist_compare.report.curves import name, shown
from mnist_compare.report.page.looks import Look, mark
from mnist_compare.report.page.scales import Scale, drawable, span
from mnist_compare.report.page.svg import join, path
from mnist_compare.report.reservation import reservation
from mnist_compare.report.statistics import BackendRuns, Group

MOST_BELOW = 3
_BEYOND = 3  # times the highest loss of the runs that are done: where those that diverged are cut off
LOSS_SHARE = 0.02
ACCURACY_POINTS = 0.5

LOSSES = ("train_loss", "validation_loss", "test_loss")
ACCURACIES = ("train_accuracy", "validation_accuracy", "test_accuracy")


@dataclass(frozen=True)
class Point:
    """The mean, the least and the most over the seeds at one place; `at` says in words where."""

    x: float
    mean: float
    low: float
    high: float
    at: str


Place = tuple[float, str]
"""Where on an axis something stands, and that in words."""


@dataclass(frozen=True)
class Course:
    """The runs of a row whose course is drawn. Accuracies are in percent."""

    group: Group
    row: BackendRuns
    runs: tuple[Record, ...]

    @property
    def name(self) -> str:
        """The row, with how its runs ended where they are not done."""
        return name(self.row)

    @property
    def watched(self) -> str:
        """The images that are evaluated after each epoch: of the test, or, with early stopping, of the validation."""
        return self.group.spec.recipe.watched

    @cached_property
    def best(self) -> list[Point]:
        """The best epoch of each run with early stopping, as places; values are of no meaning."""
        found = sorted({run.best_epoch for run in self.runs if run.best_epoch})
        return [Point(float(epoch), 0.0, 0.0, 0.0, f"epoch {epoch:,}") for epoch in found]

    def epochs(self, field: str) -> list[Point]:
        """A field of each epoch, by the epoch's number."""
        return self._by_epoch[field]

    def seconds(self, field: str) -> list[Point]:
        """The same, by the seconds of training that it took so far, as a mean over the seeds."""
        return self._by_seconds[field]

    def highest(self, field: str) -> float:
        """The largest loss in a run that is done; 0 where there is none."""
        return self._highest[field]

    @cached_property
    def is_doubtful(self) -> bool:
        """Whether its times may not be compared."""
        return bool(self.row.done) and reservation(self.row) is not None

    @cached_property
    def _highest(self) -> dict[str, float]:
        epochs = [epoch for run in self.row.done for epoch in run.history]
        values = {field: [getattr(epoch, field) for epoch in epochs] for field in LOSSES}
        return {field: max(filter(drawable, found), default=0.0) for field, found in values.items()}

    @cached_property
    def _longest(self) -> Record:
        return max(self.runs, key=lambda run: len(run.history))

    @cached_property
    def _by_epoch(self) -> dict[str, list[Point]]:
        return self._lines([(float(epoch.epoch), f"epoch {epoch.epoch:,}") for epoch in self._longest.history])

    @cached_property
    def _by_seconds(self) -> dict[str, list[Point]]:
        taken = [list(accumulate(epoch_seconds(run))) for run in self.runs]
        places = []
        for i, epoch in enumerate(self._longest.history):
            if found := [seconds[i] for seconds in taken if i < len(seconds) and drawable(seconds[i])]:
                places.append((fmean(found), f"epoch {epoch.epoch:,}, {fmean(found):,.3g} s"))
        return self._lines(places)

    def _lines(self, places: Sequence[Place]) -> dict[str, list[Point]]:
        return {field: self._line(places, field) for field in (*LOSSES, *ACCURACIES)}

    def _line(self, places: Sequence[Place], field: str) -> list[Point]:
        factor = 100.0 if field in ACCURACIES else 1.0
        columns = [[getattr(epoch, field) for epoch in run.history] for run in self.runs]
        points = []
        for i, (x, at) in enumerate(places):
            values = (column[i] for column in columns if i < len(column))
            found = [factor * value for value in values if drawable(value)]
            if found and drawable(x):
                points.append(Point(x, fmean(found), min(found), max(found), at))
        return points


def courses_of(group: Group) -> list[Course]:
    """Of the rows with a run that came past an epoch."""
    return [Course(group, row, tuple(runs)) for row in group.rows if (runs := shown(row))]


def loss_span(
    courses: Sequence[Course], lines: Sequence[Sequence[Point]], fields: Sequence[str]
) -> tuple[float, float]:
    """The ends of an axis of losses: those of runs that diverged do not flatten the others."""
    highest = max(course.highest(field) for course in courses for field in fields)
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
    points: Sequence[Point], axes: tuple[Scale, Scale], look: Look, words: Callable[[Point], str], shown: Spots
) -> Markup:
    """Marks at some of the points, the last one included."""
    x, y = axes
    size = 3.0 + 1.4 * min(shown.below, MOST_BELOW)
    kept = thinned(points, shown.most)
    return join(mark(look, x(p.x), y(p.mean), words(p), hollow=shown.hollow, size=size) for p in kept)


def told(course: Course, what: str, point: Point) -> str:
    """A value in words: what it is of, where, and how much."""
    value = f"{point.mean:.2f} %" if "accuracy" in what else f"{point.mean:.4g}"
    return f"{course.group.label}, {course.name}, {point.at}: {what} {value}"


def width_class(below: int) -> str:
    """Matched runs often lie upon one another: the lines below are wider, so that they are still seen."""
    return f"w{min(below, MOST_BELOW)}" if below else ""


def thinned(points: Sequence[Point], most: int) -> list[Point]:
    """So many of the points at most, evenly, with the first and the last."""
    if len(points) <= most:
        return list(points)
    return [points[round(i * (len(points) - 1) / (most - 1))] for i in range(most)]
