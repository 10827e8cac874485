"""Accuracy against seconds of training, of every setting: those that no other one beats in both are joined."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from mnist_compare.document.table import Table
from mnist_compare.document.words import significant
from mnist_compare.report.page.axes import BELOW, Frame, x_axis, y_axis
from mnist_compare.report.page.figures.phrases import percent
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.looks import Looks, mark
from mnist_compare.report.page.panels import Panel, backend_keys, fixed, line_key, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.scales import ErrorScale, LogScale, Scale
from mnist_compare.report.page.svg import join, path
from mnist_compare.report.reservation import reservation
from mnist_compare.report.settings import Setting, Study

MOST_PANELS, MOST_MARKS = 6, 600
_HEIGHT, _LEAST_ERROR = 300.0, 1e-4


@dataclass(frozen=True)
class Spot:
    """A setting in a backend: seconds of training and accuracy, as means; `doubtful` where times do not compare."""

    setting: Setting
    label: str
    seconds: float
    accuracy: float
    doubtful: bool


def setting_time_picture(scene: Scene) -> Picture | None:
    """A panel for each network."""
    found = [(study, spots) for study in scene.studies if len(spots := setting_spots(study)) > 1]
    if not found:
        return None
    shown = found[:MOST_PANELS]
    labels = [spot.label for _, spots in shown for spot in spots]
    doubtful = any(spot.doubtful for _, spots in shown for spot in spots)
    return make_picture(
        "setting-time",
        time_finding(shown),
        _caption(shown, len(found)),
        [
            Panel(fixed(_HEIGHT + BELOW), partial(_draw, study, spots, scene.looks), study.title)
            for study, spots in shown
        ],
        keys=[
            *backend_keys(scene.some(labels), hollow="time that cannot be compared" if doubtful else ""),
            line_key("ln th k", "no setting of the backend is both faster and better"),
        ],
        columns=min(2, len(shown)),
        numbers=_numbers(shown),
    )


def setting_spots(study: Study) -> list[Spot]:
    """The settings in the backends in which they have a time and an accuracy."""
    found = []
    for one in study.settings:
        for row in one.group.finished:
            mean, seconds = one.scores[row.label].mean, row.timing("train_seconds")
            if mean is not None and seconds is not None and seconds.mean > 0:
                found.append(Spot(one, row.label, seconds.mean, mean, reservation(row) is not None))
    return found


def pareto(spots: Sequence[Spot]) -> list[Spot]:
    """Those that no other one beats: the fastest first, each more accurate than all before."""
    found: list[Spot] = []
    for spot in sorted(spots, key=lambda spot: (spot.seconds, -spot.accuracy)):
        if not found or spot.accuracy > found[-1].accuracy:
            found.append(spot)
    return found


def time_finding(shown: Sequence[tuple[Study, Sequence[Spot]]]) -> str:
    """How little time nearly the best accuracy takes, in the backend that has the best one."""
    study, spots = shown[0]
    best = max(spots, key=lambda spot: spot.accuracy)
    front = pareto([spot for spot in spots if spot.label == best.label])
    fast = front[0]
    where = f" in {study.title}" if len(shown) > 1 else ""
    if fast is best or len(front) == 1:
        return f"The best setting of {best.label}{where} is its fastest, too: {percent(best.accuracy)}"
    return (
        f"From the fastest setting of {best.label}{where} to its best, accuracy rises from {percent(fast.accuracy)} to "
        f"{percent(best.accuracy)}, and training from {significant(fast.seconds)} s to {significant(best.seconds)} s"
    )


def _fronts(spots: Sequence[Spot]) -> dict[str, list[Spot]]:
    labels = dict.fromkeys(spot.label for spot in spots)
    return {label: pareto([spot for spot in spots if spot.label == label]) for label in labels}


def _draw(study: Study, spots: Sequence[Spot], looks: Looks, width: float) -> Markup:
    frame = Frame(52, 24, width - 16, _HEIGHT)
    x, y = _scales(spots, frame)
    fronts = _fronts(spots)
    best = {id(spot) for front in fronts.values() for spot in front}
    lines = [
        path([(x(s.seconds), y(s.accuracy)) for s in front], f"ln th {looks[label].css or 'k'}")
        for label, front in fronts.items()
        if len(front) > 1
    ]
    rest = [spot for spot in spots if id(spot) not in best][:MOST_MARKS]
    ahead = [spot for spot in spots if id(spot) in best]
    return join(
        [
            y_axis(frame, y, f"{study.judging.accuracy}, %"),
            x_axis(frame, x, "seconds of training (← faster)"),
            *lines,
            *(_mark(spot, looks, x, y, size=2.8) for spot in rest),
            *(_mark(spot, looks, x, y, size=5.2) for spot in ahead),
        ]
    )


def _mark(spot: Spot, looks: Looks, x: Scale, y: Scale, *, size: float) -> Markup:
    told = f"{spot.label}, {spot.setting.name}: {percent(spot.accuracy)}, {significant(spot.seconds)} s"
    return mark(looks[spot.label], x(spot.seconds), y(spot.accuracy), told, hollow=spot.doubtful, size=size)


def _scales(spots: Sequence[Spot], frame: Frame) -> tuple[Scale, Scale]:
    seconds = [spot.seconds for spot in spots]
    errors = [max(_LEAST_ERROR, 1 - spot.accuracy) for spot in spots]
    worst, best = min(1.0, max(errors) * 1.1), max(_LEAST_ERROR, min(errors) / 1.2)
    x = LogScale(min(seconds) / 1.15, max(seconds) * 1.15, frame.left, frame.right)
    return x, ErrorScale(1 - worst, 1 - best, frame.bottom - 4, frame.top + 4)


def _numbers(shown: Sequence[tuple[Study, Sequence[Spot]]]) -> Table:
    rows = tuple(
        (study.title, label, spot.setting.name, significant(spot.seconds), percent(spot.accuracy))
        for study, spots in shown
        for label, front in _fronts(spots).items()
        for spot in front
    )
    columns = ("network", "backend", "setting", "training s", shown[0][0].judging.accuracy)
    return Table("Settings that no other one of the backend beats in both", columns, rows)


def _caption(shown: Sequence[tuple[Study, Sequence[Spot]]], count: int) -> str:
    told = [
        "A mark for each setting in each backend, large where no other setting of that backend is both faster and more "
        "accurate (the Pareto front). The accuracy axis is logarithmic in the error."
    ]
    if any(len(spots) > MOST_MARKS for _, spots in shown):
        told.append(f"Of the others the first {MOST_MARKS} are drawn.")
    if count > len(shown):
        told.append(f"The first {len(shown)} of {count} networks are drawn.")
    return " ".join(told)
