"""Accuracy against throughput: what a faster backend costs in accuracy, if anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean, median

from markupsafe import Markup

from mnist_compare.document.words import significant, span
from mnist_compare.records.measures import images_per_second
from mnist_compare.records.record import Record
from mnist_compare.report.claim import noun
from mnist_compare.report.page.axes import BELOW, Frame, x_axis, y_axis
from mnist_compare.report.page.figures.bounds import share_of
from mnist_compare.report.page.figures.phrases import accuracy_of, percent, points
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.looks import Look, mark
from mnist_compare.report.page.panels import Panel, backend_keys, fixed, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.scales import ErrorScale, LogScale, Scale, drawable
from mnist_compare.report.page.svg import join, path, width_of, words
from mnist_compare.report.reservation import reservation
from mnist_compare.report.statistics import BackendRuns, Group

_RUNS = 600
"""Marks of all rows together, with one of each at least."""
_HEIGHT = 340.0
_LEAST_ERROR = 1e-5


@dataclass(frozen=True)
class Spot:
    """The runs of a row that have both; `doubtful` where their speed may not be compared."""

    group: Group
    row: BackendRuns
    runs: tuple[tuple[Record, float, float], ...]
    doubtful: bool

    @property
    def accuracy(self) -> float:
        """Its mean."""
        return fmean(accuracy for _, accuracy, _ in self.runs)

    @property
    def speed(self) -> float:
        """The median of its images per second."""
        return median(speed for *_, speed in self.runs)


def throughput_picture(scene: Scene) -> Picture | None:
    """One panel for all networks."""
    spots = [spot for group in scene.groups for row in group.finished if (spot := _spot(group, row))]
    if len(spots) < 2:
        return None
    doubtful = any(spot.doubtful for spot in spots)
    return make_picture(
        "throughput",
        throughput_finding(spots),
        _caption(spots),
        [Panel(fixed(_HEIGHT + BELOW), partial(_draw, spots, scene))],
        keys=backend_keys(
            scene.some(spot.row.label for spot in spots), hollow="speed that cannot be compared" if doubtful else ""
        ),
        columns=1,
    )


def throughput_finding(spots: Sequence[Spot]) -> str:
    """How far the backends of a network are apart in accuracy, and in the speed that was measured."""
    networks = [own for group in _groups(spots) if len(own := [s for s in spots if s.group is group]) > 1]
    if not networks:
        low, high = min(s.accuracy for s in spots), max(s.accuracy for s in spots)
        return f"The {noun(_groups(spots))}s recognise {span(percent(low), percent(high))} of the test images"
    apart = max(max(s.accuracy for s in own) - min(s.accuracy for s in own) for own in networks)
    ratios = [_ratio(quiet) for own in networks if len(quiet := [s for s in own if not s.doubtful]) > 1]
    factor = f"by a factor of up to {significant(max(ratios))}" if ratios else ""
    speed = f"throughput {factor if apart else f'differs {factor}'}" if ratios else "throughput cannot be compared"
    less = "is the same" if not apart else f"differs by at most {points(apart)}"
    where = (
        f"In {networks[0][0].group.label}"
        if len(networks) == 1
        else f"Within a {noun([own[0].group for own in networks])}"
    )
    what = "mean accuracy" if any(len(spot.runs) > 1 for spot in spots) else "accuracy"
    return f"{where}, {what} {less}{',' if ratios else ';'} {speed}"


def _most(spots: Sequence[Spot]) -> int:
    return share_of(_RUNS, len(spots), 1, 30)


def _ratio(spots: Sequence[Spot]) -> float:
    return max(s.speed for s in spots) / min(s.speed for s in spots)


def _groups(spots: Sequence[Spot]) -> list[Group]:
    return list({id(spot.group): spot.group for spot in spots}.values())


def _spot(group: Group, row: BackendRuns) -> Spot | None:
    found = tuple(
        (run, accuracy, speed)
        for run in row.timed
        if (accuracy := accuracy_of(run)) is not None
        and (speed := images_per_second(run)) is not None
        and drawable(speed)
        and speed > 0
    )
    return Spot(group, row, found, reservation(row) is not None) if found else None


def _draw(spots: Sequence[Spot], scene: Scene, width: float) -> Markup:
    frame = Frame(52, 24, width - 16, _HEIGHT)
    x, y = _scales(spots, frame)
    parts = [y_axis(frame, y, "test accuracy, %"), x_axis(frame, x, "images per second, training (faster →)")]
    names: list[tuple[float, float]] = []
    for group in _groups(spots):
        own = sorted((spot for spot in spots if spot.group is group), key=lambda spot: spot.speed)
        parts.append(path([(x(spot.speed), y(spot.accuracy)) for spot in own], "join") if len(own) > 1 else Markup(""))
    parts += [_marks(spot, scene.looks[spot.row.label], _most(spots), x, y) for spot in spots]
    for group in _groups(spots):
        own = [spot for spot in spots if spot.group is group]
        parts.append(_name(group.label, min(own, key=lambda spot: spot.speed), (x, y), frame, names))
    return join(parts)


def _scales(spots: Sequence[Spot], frame: Frame) -> tuple[Scale, Scale]:
    speeds = [speed for spot in spots for *_, speed in spot.runs]
    errors = [max(_LEAST_ERROR, 1 - accuracy) for spot in spots for _, accuracy, _ in spot.runs]
    worst, best = min(1.0, max(errors) * 1.3), max(_LEAST_ERROR, min(errors) / 1.3)
    room = 1.6 if frame.right - frame.left > 600 else 3.2  # for the names at the left
    x = LogScale(min(speeds) / room, max(speeds) * 1.15, frame.left, frame.right)
    return x, ErrorScale(1 - worst, 1 - best, frame.bottom - 4, frame.top + 4)


def _marks(spot: Spot, look: Look, most: int, x: Scale, y: Scale) -> Markup:
    return join(
        mark(
            look,
            x(speed),
            y(accuracy),
            f"{spot.group.label}, {spot.row.label}, seed {run.seed}: {percent(accuracy)}, {speed:,.0f} images/s",
            hollow=spot.doubtful,
        )
        for run, accuracy, speed in spot.runs[:most]
    )


def _name(text: str, spot: Spot, axes: tuple[Scale, Scale], frame: Frame, taken: list[tuple[float, float]]) -> Markup:
    """The network's name at the left of its slowest mark, or right of it where it has no room, clear of the others."""
    x, y = axes[0](min(speed for *_, speed in spot.runs)), axes[1](spot.accuracy)
    room = x - 12 - frame.left
    right = room < min(width_of(text, "b"), 60)
    at = y + 4
    while any(abs(at - other) < 14 and abs(x - place) < 110 for place, other in taken):
        at += 14
    taken.append((x, at))
    if right:
        return words(x + 10, max(at - 10, frame.top + 12), text, "nm b", room=frame.right - x - 10)
    return words(x - 10, max(at, frame.top + 12), text, "nm b e", room=room)


def _caption(spots: Sequence[Spot]) -> str:
    told = ["One mark per run. The accuracy axis is logarithmic in the error."]
    if len(spots) > len(_groups(spots)):
        told.append("A grey line joins the backends of one network: level is the same accuracy, long another speed.")
    if any(len(spot.runs) > _most(spots) for spot in spots):
        told.append(f"Of a backend, at most {_most(spots)} runs are drawn.")
    return " ".join(told)
