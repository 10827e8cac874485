"""The trials of a study in their order, each with its accuracy, and the best until then."""

from collections.abc import Sequence
from functools import partial

from markupsafe import Markup

from mnist_compare.document.table import Table
from mnist_compare.document.words import NOTHING
from mnist_compare.report.page.axes import BELOW, Frame, whole_ticks, x_axis, y_axis
from mnist_compare.report.page.figures.phrases import percent
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.looks import INK, Look, mark
from mnist_compare.report.page.panels import Key, Panel, fixed, line_key, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.scales import ErrorScale, Scale
from mnist_compare.report.page.svg import join, path
from mnist_compare.report.settings import Study
from mnist_compare.report.trials import Course, Trial, course_sentence, find_courses

MOST_PANELS, MOST_MARKS = 6, 600
_HEIGHT, _LEAST_ERROR, _BELOW_AXIS = 260.0, 1e-4, 4.0

Shown = tuple[Study, Course]


def setting_trials_picture(scene: Scene) -> Picture | None:
    """A panel for each study."""
    found = [(study, course) for study in scene.studies for course in find_courses(study)]
    if not found:
        return None
    shown = found[:MOST_PANELS]
    keys = [Key(mark(INK, 6, 0), "a trial"), line_key("ln k", "the best so far")]
    if any(course.pruned for _, course in shown):
        keys.insert(1, Key(mark(INK, 6, 0, hollow=True), "hollow: pruned"))
    return make_picture(
        "setting-trials",
        " ".join(course_sentence(*one) for one in shown[:2]).removesuffix("."),
        _caption(shown, len(found)),
        [
            Panel(fixed(_HEIGHT + BELOW), partial(_draw, study, course, _look(scene, course)), _name(study, course))
            for study, course in shown
        ],
        keys=keys,
        columns=min(2, len(shown)),
        numbers=_numbers(shown),
    )


def _name(study: Study, course: Course) -> str:
    return f"{study.title}, {course.label}" if course.label else study.title


def _look(scene: Scene, course: Course) -> Look:
    return scene.looks[course.label] if course.label else INK


def _draw(study: Study, course: Course, look: Look, width: float) -> Markup:
    frame = Frame(52, 24, width - 16, _HEIGHT)
    last = max(course.trials[-1].number, 1)
    x, y = Scale(0, last, frame.left + 8, frame.right - 8), _scale(course, frame)
    trials = [*course.done, *course.pruned][:MOST_MARKS]
    return join(
        [
            y_axis(frame, y, f"{study.judging.accuracy}, %"),
            x_axis(frame, x, "trial", whole_ticks(x), grid=False),
            path(_stairs(course, last, x, y), f"ln {look.css or 'k'}"),
            *(_mark(trial, course, look, x, y) for trial in trials),
        ]
    )


def _stairs(course: Course, last: int, x: Scale, y: Scale) -> list[tuple[float, float]]:
    """Level from each trial that was the best so far to the next one, and up there."""
    places: list[tuple[float, float]] = []
    for number, accuracy in course.steps:
        if places:
            places.append((x(number), places[-1][1]))
        places.append((x(number), y(accuracy)))
    return [*places, (x(last), places[-1][1])]


def _mark(trial: Trial, course: Course, look: Look, x: Scale, y: Scale) -> Markup:
    accuracy = trial.accuracy or 0.0
    told = f"trial {trial.number}, {trial.setting.name}: {percent(accuracy)}{', pruned' if trial.pruned else ''}"
    size = 6.0 if trial is course.best else 3.4
    return mark(look, x(trial.number), y(accuracy), told, hollow=trial.pruned, size=size)


def _scale(course: Course, frame: Frame) -> ErrorScale:
    errors = [max(_LEAST_ERROR, 1 - (trial.accuracy or 0.0)) for trial in (*course.done, *course.pruned)]
    worst, best = min(1.0, max(errors) * 1.1), max(_LEAST_ERROR, min(errors) / 1.2)
    return ErrorScale(1 - worst, 1 - best, frame.bottom - _BELOW_AXIS, frame.top + _BELOW_AXIS)


def _numbers(shown: Sequence[Shown]) -> Table:
    rows = tuple(
        (_name(study, course), str(trial.number), trial.setting.name, _worth(trial))
        for study, course in shown
        for trial in course.trials
    )
    return Table("Every trial in its order", ("network", "trial", "setting", shown[0][0].judging.accuracy), rows)


def _worth(trial: Trial) -> str:
    if trial.accuracy is None:
        return NOTHING
    return f"{percent(trial.accuracy)}{' (pruned)' if trial.pruned else ''}"


def _caption(shown: Sequence[Shown], count: int) -> str:
    told = [
        "A mark for each trial at the accuracy of its setting, in the order of their numbers; a large one is the best."
    ]
    if any(course.pruned for _, course in shown):
        told.append("A pruned trial stands at the accuracy that it had when it was stopped, in the first backend.")
    if any(len(course.trials) > len(course.done) + len(course.pruned) for _, course in shown):
        told.append("Trials that diverged or failed have no mark.")
    if any(not course.label and len(study.backends) > 1 for study, course in shown):
        told.append("Accuracies are means over all backends.")
    if count > len(shown):
        told.append(f"The first {len(shown)} of {count} studies are drawn.")
    return " ".join(told)
