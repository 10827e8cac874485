"""Loss and accuracy of one backend on two axes, as the documents draw them."""

from collections.abc import Sequence
from functools import partial

from markupsafe import Markup

from mnist_compare.document.words import plural
from mnist_compare.report.page.axes import BELOW, Frame, whole_ticks, x_axis, y_axis
from mnist_compare.report.page.figures.bounds import first_within
from mnist_compare.report.page.figures.course import (
    Course,
    Spots,
    accuracy_span,
    curve,
    loss_span,
    spots,
    told,
)
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.panels import Panel, across, fixed, line_key, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.scales import Scale
from mnist_compare.report.page.svg import join

MOST_ROWS = 6
"""Backends of a network."""
MOST_PANELS = 18
_HEIGHT = 190.0
_ACCURACY = "test_accuracy"


def two_axes_picture(scene: Scene) -> Picture | None:
    """A panel for each network and backend, of the first few networks."""
    groups = [long for courses in scene.courses if (long := [c for c in courses if _is_long(c)])]
    if not groups:
        return None
    shown = first_within([courses[:MOST_ROWS] for courses in groups], MOST_PANELS, len)
    loss = "training" if all(_has_training_loss(courses) for courses in shown) else "test"
    panels = [
        Panel(fixed(_HEIGHT + BELOW), partial(_draw, course, courses, loss, scene), course.name, course.group.label)
        for courses in shown
        for course in courses
    ]
    return make_picture(
        "two-axes",
        two_axes_finding([course for courses in shown for course in courses], loss),
        _caption(groups, shown, loss),
        panels,
        keys=[line_key("ln k", f"{loss} loss, left axis"), line_key("ln k dash", "test accuracy, right axis")],
        columns=across(shown),
    )


def two_axes_finding(courses: Sequence[Course], loss: str) -> str:
    """In how many courses the loss fell while accuracy rose, from the first to the last epoch."""
    count = 0
    for course in courses:
        losses, accuracies = course.epochs(_field(loss)), course.epochs(_ACCURACY)
        count += losses[-1].mean < losses[0].mean and accuracies[-1].mean > accuracies[0].mean
    of = (
        f"in all {len(courses)} courses"
        if count == len(courses) > 1
        else f"in {count} of {plural(len(courses), 'course')}"
    )
    if len(courses) == 1 == count:
        of = f"of {courses[0].group.label} in {courses[0].row.label}"
    return f"From first to last epoch, {loss} loss fell and test accuracy rose {of}"


def _field(loss: str) -> str:
    return "train_loss" if loss == "training" else "test_loss"


def _is_long(course: Course) -> bool:
    return len(course.epochs(_ACCURACY)) > 1 and len(course.epochs("test_loss")) > 1


def _has_training_loss(courses: Sequence[Course]) -> bool:
    return all(len(course.epochs("train_loss")) > 1 for course in courses)


def _draw(course: Course, beside: Sequence[Course], loss: str, scene: Scene, width: float) -> Markup:
    """On the axes that all backends of the network share."""
    field = _field(loss)
    frame = Frame(52, 24, width - 44, _HEIGHT)
    left = loss_span(beside, [one.epochs(field) for one in beside], [field])
    right = accuracy_span([one.epochs(_ACCURACY) for one in beside])
    losses, accuracies = course.epochs(field), course.epochs(_ACCURACY)
    first, last = losses[0].x, max(losses[-1].x, losses[0].x + 1)
    x = Scale(first, last, frame.left, frame.right)
    y, y2 = Scale(*left, frame.bottom, frame.top), Scale(*right, frame.bottom, frame.top)
    look = scene.looks[course.row.label]
    return join(
        [
            y_axis(frame, y, "loss"),
            y_axis(frame, y2, "accuracy, %", right=True),
            x_axis(frame, x, "epoch", whole_ticks(x), grid=False),
            curve(losses, (x, y), look, most=scene.points),
            curve(accuracies, (x, y2), look, "dash", most=scene.points),
            spots(losses, (x, y), look, partial(told, course, f"{loss} loss"), Spots(scene.marks)),
            spots(accuracies, (x, y2), look, partial(told, course, "test accuracy"), Spots(scene.marks)),
        ]
    )


def _caption(groups: Sequence[Sequence[Course]], shown: Sequence[Sequence[Course]], loss: str) -> str:
    sentences = [f"Solid: {loss} loss. Dashed: test accuracy.", "The backends of a network share both axes."]
    if len(shown) < len(groups) or any(len(courses) > MOST_ROWS for courses in groups):
        sentences.append(f"At most {MOST_ROWS} backends of the first {plural(len(shown), 'network')} are drawn.")
    return " ".join(sentences)
