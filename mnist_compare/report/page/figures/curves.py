"""Loss and accuracy after each epoch: against epochs, and against the seconds of training that they took."""

from collections.abc import Callable, Sequence
from functools import partial

from markupsafe import Markup

from mnist_compare.document.table import Table, shortened
from mnist_compare.document.words import NOTHING, listing, plural, readable, significant
from mnist_compare.report.claim import noun
from mnist_compare.report.page.axes import BELOW, Frame, whole_ticks, x_axis, y_axis
from mnist_compare.report.page.figures.course import (
    Course,
    Point,
    Spots,
    accuracy_span,
    curve,
    loss_span,
    spots,
    told,
    width_class,
)
from mnist_compare.report.page.figures.phrases import points
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.panels import Panel, backend_keys, fixed, line_key, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.scales import Scale
from mnist_compare.report.page.svg import join, path
from mnist_compare.report.statistics import Group

_HEIGHT = 210.0
_LINES = {"train": ("th fade", "training"), "validation": ("dash", "validation"), "test": ("", "test")}
"""Each split -> the class of its line, and its name; a later one lies above."""

Along = Callable[[Course, str], list[Point]]


def epochs_picture(scene: Scene) -> Picture | None:
    """Two panels for each network: loss and accuracy against epochs."""
    return _picture(scene, "epochs", Course.epochs, epochs_finding, "epoch")


def time_picture(scene: Scene) -> Picture | None:
    """Two panels for each network: loss and accuracy against time."""
    return _picture(scene, "time", Course.seconds, time_finding, "seconds of training")


def epochs_finding(groups: Sequence[Sequence[Course]]) -> str:
    """How far the backends' accuracies are apart after the same epoch, at most; of one backend, how it went."""
    apart, watched = [], _watched(groups)
    for courses in groups:
        lines = [{point.x: point.mean for point in course.epochs(f"{course.watched}_accuracy")} for course in courses]
        for epoch in sorted(set().union(*lines)):
            values = [line[epoch] for line in lines if epoch in line]
            if len(values) > 1:
                apart.append((max(values) - min(values), courses[0].group.label, epoch))
    if apart:
        most, network, epoch = max(apart, key=lambda one: one[0])
        mean = "mean " if any(len(course.runs) > 1 for courses in groups for course in courses) else ""
        place = noun([courses[0].group for courses in groups])
        if not most:
            return f"After the same epoch, all backends of a {place} have the same {mean}{watched} accuracy"
        where = f"{network}, epoch {epoch:.0f}"
        return (
            f"After the same epoch, {mean}{watched} accuracies of a {place} are at most {points(most / 100)} apart "
            f"({where})"
        )
    every = [one.epochs(f"{one.watched}_accuracy") for courses in groups for one in courses]
    rising = [line[-1].mean > line[0].mean for line in every if len(line) > 1]
    if not rising:
        return "Every course is one epoch long"
    ended = f"{watched} accuracy ended higher than after the first epoch".capitalize()
    return f"{ended} in {sum(rising)} of {plural(len(rising), 'course')}"


def _watched(groups: Sequence[Sequence[Course]]) -> str:
    """Which images the marks are of."""
    return " or ".join(dict.fromkeys(course.watched for courses in groups for course in courses))


def time_finding(groups: Sequence[Sequence[Course]]) -> str:
    """How long the same epochs took, where times may be compared."""
    times = []
    for courses in groups:
        done = [course for course in courses if course.row.done]
        found = {course.row.label: line[-1].x for course in done if (line := course.seconds(f"{course.watched}_loss"))}
        doubtful = any(course.is_doubtful for course in done)
        if len(found) > 1 and min(found.values()) > 0:
            times.append((max(found.values()) / min(found.values()), courses[0].group, found, doubtful))
    clear = [one for one in times if not one[3]]
    if not clear:
        return "Loss and accuracy against the time that they took" + ("; times cannot be compared" if times else "")
    _, group, found, _ = max(clear, key=lambda one: one[0])
    order = sorted(found, key=lambda label: found[label])
    took = listing([f"{label} {significant(found[label])} s" for label in order[:4]])
    lengths = {len(run.history) for row in group.rows for run in row.done}
    what = "The same epochs" if len(lengths) == 1 else "Trainings that ended after different numbers of epochs"
    return f"{what} took {took} of training ({group.label})"


def _picture(
    scene: Scene, name: str, along: Along, finding: Callable[[Sequence[Sequence[Course]]], str], label: str
) -> Picture | None:
    groups = scene.courses
    if not groups:
        return None
    every = [course for courses in groups for course in courses]
    splits = [split for split in _LINES if any(c.epochs(f"{split}_loss") for c in every)]
    several = any(len(course.runs) > 1 for course in every)
    marked = name == "epochs" and any(course.best for course in every)
    doubtful = name == "time" and any(course.is_doubtful for course in every)
    keys = [
        *backend_keys(
            scene.some(course.row.label for course in every), hollow="time that cannot be compared" if doubtful else ""
        ),
        *(
            line_key(f"ln k {'' if split == _watched(groups) else _LINES[split][0]}", _LINES[split][1])
            for split in splits
        ),
    ]
    return make_picture(
        name,
        finding(groups),
        f"Loss and accuracy after each epoch; marks are of the {_watched(groups)} images."
        + (f" A pale area is the range over the seeds, of the {_watched(groups)} images." if several else "")
        + (" A vertical line stands at the best epoch, whose network is tested." if marked else ""),
        [panel for courses in groups for panel in _panels(courses, scene, along, label)],
        keys=keys,
        columns=2,
        numbers=_numbers(every) if name == "epochs" else None,
    )


def _panels(courses: Sequence[Course], scene: Scene, along: Along, label: str) -> list[Panel]:
    group = courses[0].group
    return [
        Panel(fixed(_HEIGHT + BELOW), partial(_draw, courses, scene, along, label, kind), group.label, kind)
        for kind in ("loss", "accuracy")
    ]


def _draw(courses: Sequence[Course], scene: Scene, along: Along, label: str, kind: str, width: float) -> Markup:
    fields = {split: f"{split}_{kind}" for split in _LINES}
    lines = {(split, i): along(c, field) for split, field in fields.items() for i, c in enumerate(courses)}
    frame = Frame(56, 24, width - 12, _HEIGHT)
    drawn, loss = list(lines.values()), kind == "loss"
    ends = loss_span(courses, drawn, list(fields.values())) if loss else accuracy_span(drawn)
    y = Scale(*ends, frame.bottom, frame.top)
    x = _along(drawn, frame, label)
    parts = [
        y_axis(frame, y, _loss_name(courses[0].group) if loss else "accuracy, %"),
        x_axis(frame, x, label, whole_ticks(x) if label == "epoch" else None, grid=label != "epoch"),
    ]
    # Against time, the lines of equal courses part.
    below = [len(courses) - 1 - i if label == "epoch" else 0 for i in range(len(courses))]
    watched = courses[0].watched
    for best in dict.fromkeys(at.x for c in courses for at in c.best) if label == "epoch" else ():
        parts.append(path([(x(best), frame.top), (x(best), frame.bottom)], "ax dash"))
    for (split, i), line in lines.items():
        wide = width_class(below[i]) if split == watched else _LINES[split][0]
        look = scene.looks[courses[i].row.label]
        parts.append(curve(line, (x, y), look, wide, most=scene.points, ranged=split == watched))
    for i, course in enumerate(courses):
        hollow = label != "epoch" and course.is_doubtful
        words, look = partial(told, course, f"{watched} {kind}"), scene.looks[course.row.label]
        parts.append(spots(lines[watched, i], (x, y), look, words, Spots(scene.marks, hollow, below[i])))
    return join(parts)


def _along(lines: Sequence[Sequence[Point]], frame: Frame, label: str) -> Scale:
    found = [point.x for line in lines for point in line]
    most = max(found, default=1.0)
    if label == "epoch":
        least = min(found, default=1.0)
        return Scale(least, max(most, least + 1), frame.left + 8, frame.right - 6)
    return Scale(0.0, most * 1.03 or 1.0, frame.left, frame.right)


def _loss_name(group: Group) -> str:
    return "loss (mean squared error)" if group.regression else "loss (cross-entropy)"


def _numbers(courses: Sequence[Course]) -> Table:
    """All that is drawn, epoch by epoch; a column for which there is nothing is left out."""
    fields = [f"{split}_{kind}" for split in _LINES for kind in ("loss", "accuracy")]
    kept = [field for field in fields if any(course.epochs(field) for course in courses)]
    rows = []
    for course in courses:
        values = {field: {point.at: point.mean for point in course.epochs(field)} for field in kept}
        for at in dict.fromkeys(at for found in values.values() for at in found):
            cells = [_cell(field, values[field].get(at)) for field in kept]
            rows.append((course.group.label, course.name, at.removeprefix("epoch "), *cells))
    columns = ("network", "backend", "epoch", *map(readable, kept))
    return shortened(Table("Loss and accuracy by epoch", columns, tuple(rows)))


def _cell(field: str, value: float | None) -> str:
    if value is None:
        return NOTHING
    return f"{value:.2f} %" if "accuracy" in field else f"{value:.4g}"
