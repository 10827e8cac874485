"""The loss of the batches along the steps of a training."""

from collections.abc import Sequence
from functools import partial
from statistics import fmean

from markupsafe import Markup

from mnist_compare.document.words import plural, scientific, significant
from mnist_compare.records.record import Record
from mnist_compare.report.claim import noun
from mnist_compare.report.page.axes import BELOW, Frame, x_axis, y_axis
from mnist_compare.report.page.figures.bounds import share_of
from mnist_compare.report.page.figures.course import Course, Point, Spots, curve, spots, told, width_class
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.panels import Panel, backend_keys, fixed, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.scales import Scale, drawable, span
from mnist_compare.report.page.svg import join

MOST_POINTS = 150
_ALL_POINTS = 8000
_HEIGHT = 190.0
_BEYOND = 3

Line = tuple[Course, list[Point]]


def steps_picture(scene: Scene) -> Picture | None:
    """A panel for each network with more than one loss along its steps."""
    most = share_of(_ALL_POINTS, scene.rows, 20, MOST_POINTS)
    groups = [lines for courses in scene.courses if (lines := _lines(courses, most))]
    if not groups:
        return None
    every = [line for lines in groups for line in lines]
    joined = any(_joined(course, most) > 1 for course, _ in every)
    several = any(len(course.runs) > 1 for course, _ in every)
    return make_picture(
        "steps",
        steps_finding(groups),
        "Each point is the mean over some steps, during training, so that it lags behind the loss after an epoch."
        + (f" Of very many, neighbours are joined to {most} points at most." if joined else "")
        + (" A pale area is the range over the seeds." if several else ""),
        [
            Panel(
                fixed(_HEIGHT + BELOW), partial(_draw, lines, scene), lines[0][0].group.label, _each(lines[0][0], most)
            )
            for lines in groups
        ],
        keys=backend_keys(scene.some(course.row.label for course, _ in every)),
    )


def steps_finding(groups: Sequence[Sequence[Line]]) -> str:
    """How far the losses of a network's backends are apart at the same steps, at most; of one backend, how it went."""
    apart = []
    for lines in groups:
        places = [{point.x: point.mean for point in points} for _, points in lines]
        for step in sorted(set.intersection(*map(set, places))) if len(places) > 1 else ():
            values = [place[step] for place in places]
            apart.append((max(values) - min(values), lines[0][0].group.label, step))
    if apart:
        most, network, step = max(apart, key=lambda one: one[0])
        place = noun([lines[0][0].group for lines in groups])
        if not most:
            return f"At the same steps, the training losses of all backends of a {place} are equal"
        gap = scientific(most) if most < 1e-3 else significant(most)
        return f"At the same steps, training losses of a {place} are at most {gap} apart ({network}, step {step:,.0f})"
    every = [points for lines in groups for _, points in lines]
    falling = sum(points[-1].mean < points[0].mean for points in every)
    return f"Training loss ended lower than it began in {falling} of {plural(len(every), 'course')}"


def _lines(courses: Sequence[Course], most: int) -> list[Line]:
    return [(course, points) for course in courses if len(points := _points(course, most)) > 1]


def _points(course: Course, most: int) -> list[Point]:
    """Means over the seeds, at the steps at which the means of the longest run end."""
    losses = [[loss for epoch in run.history for loss in epoch.step_losses] for run in course.runs]
    steps = max((_steps(run) for run in course.runs), key=len)
    size = _joined(course, most)
    points = []
    for start in range(0, len(steps), size):
        found = [
            fmean(part) for line in losses if (part := [loss for loss in line[start : start + size] if drawable(loss)])
        ]
        step = steps[min(start + size, len(steps)) - 1]
        if found and drawable(step):
            points.append(Point(float(step), fmean(found), min(found), max(found), f"step {step:,}"))
    return points


def _joined(course: Course, most: int) -> int:
    """How many neighbours make one point."""
    longest = max(sum(len(epoch.step_losses) for epoch in run.history) for run in course.runs)
    return max(1, -(-longest // most))


def _steps(run: Record) -> list[int]:
    """The step at which each of the means of the run ends."""
    per_epoch = run.spec.recipe.steps_per_epoch(run.spec.data.train_size)
    return [
        (epoch.epoch - 1) * per_epoch + min((i + 1) * epoch.loss_every, per_epoch)
        for epoch in run.history
        for i in range(len(epoch.step_losses))
    ]


def _each(course: Course, most: int) -> str:
    run = course.runs[0]
    every = max(epoch.loss_every for epoch in run.history)
    steps = run.spec.recipe.steps_per_epoch(run.spec.data.train_size)
    count = min(every, steps) * _joined(course, most)
    return f"means of {plural(count, 'step')}" if count > 1 else "each step"


def _draw(lines: Sequence[Line], scene: Scene, width: float) -> Markup:
    frame = Frame(56, 24, width - 12, _HEIGHT)
    xs = [point.x for _, points in lines for point in points]
    x = Scale(0.0, max([1.0, *xs]), frame.left, frame.right - 6)
    done = [point.high for course, points in lines if course.row.done for point in points]
    values = [value for _, points in lines for point in points for value in (point.low, point.high)]
    if done and max(done) > 0:
        values = [min(value, _BEYOND * max(done)) for value in values]
    y = Scale(*span(values, share=0.02), frame.bottom, frame.top)
    name = "loss (mean squared error)" if lines[0][0].group.regression else "loss (cross-entropy)"
    parts = [y_axis(frame, y, name), x_axis(frame, x, "step", grid=False)]
    for i, (course, points) in enumerate(lines):
        look, below = scene.looks[course.row.label], len(lines) - 1 - i
        parts.append(curve(points, (x, y), look, width_class(below) or "th", most=MOST_POINTS))
        parts.append(spots(points, (x, y), look, partial(told, course, "loss"), Spots(scene.marks, below=below)))
    return join(parts)
