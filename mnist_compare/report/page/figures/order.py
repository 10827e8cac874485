"""Seconds of every epoch in the order in which they were trained: whether the machine was the same all the time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from statistics import median

from markupsafe import Markup

from mnist_compare.document.words import plural, significant
from mnist_compare.records.record import Record
from mnist_compare.records.timing import Timing
from mnist_compare.report.page.axes import BELOW, Frame, whole_ticks, x_axis, y_axis
from mnist_compare.report.page.figures.bounds import share_of
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.looks import Look, mark
from mnist_compare.report.page.panels import Panel, backend_keys, fixed, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.scales import Scale, drawable, span
from mnist_compare.report.page.svg import join, line
from mnist_compare.report.statistics import BackendRuns, Group

_MARKS = 1200
"""Of all panels together: of more epochs, each timing has one mark; of more timings, some are left out."""
_HEIGHT = 170.0


@dataclass(frozen=True)
class Timed:
    """One timing of a run, with its epochs; `disturbed` where it was not alone on a quiet machine, in one go."""

    row: BackendRuns
    run: Record
    seconds: tuple[float, ...]
    started: float
    disturbed: bool


def order_picture(scene: Scene) -> Picture | None:
    """A panel for each network."""
    found = [(group, timed) for group in scene.groups if (timed := _timings(group))]
    if not found:
        return None
    most = share_of(_MARKS, len(found), 20, 90)
    every = [one for _, timed in found for one in timed]
    disturbed = any(one.disturbed for one in every)
    return make_picture(
        "order",
        order_finding(found),
        _caption(found, most),
        [_panel(group, timed, most, scene) for group, timed in found],
        keys=backend_keys(
            scene.some(one.row.label for one in every), hollow="other work beside it, or resumed" if disturbed else ""
        ),
    )


def order_finding(found: Sequence[tuple[Group, Sequence[Timed]]]) -> str:
    """By how much the epochs of one backend in one network differ at most, and how many timings were disturbed."""
    ratios = []
    for group, timed in found:
        for label in dict.fromkeys(one.row.label for one in timed):
            seconds = [value for one in timed if one.row.label == label for value in one.seconds]
            if len(seconds) > 1:
                ratios.append((max(seconds) / min(seconds), label, group.label))
    every = [one for _, timed in found for one in timed]
    count = sum(one.disturbed for one in every)
    rest = f"; {count:,} of {plural(len(every), 'timing')} {'was' if count == 1 else 'were'} disturbed" if count else ""
    if not ratios:
        return f"Each backend was timed over one epoch alone{rest}"
    most, label, network = max(ratios)
    return f"The slowest epoch of a backend took {_longer(most)} its fastest ({label}, {network}){rest}"


def _longer(ratio: float) -> str:
    if ratio >= 2:
        return f"up to {significant(ratio)} times as long as"
    percent = math.ceil(100 * (ratio - 1) - 1e-6)
    return f"at most {percent} % longer than" if percent else "no longer than"


def _timings(group: Group) -> list[Timed]:
    """Of the runs that came past an epoch, in the order in which they began."""
    found = []
    for row in group.rows:
        for run in row.runs:
            for timing in run.timings:
                seconds = tuple(value for value in timing.epoch_seconds if drawable(value) and value > 0)
                if seconds:
                    rank = timing.rank(run.used_threads, run.usable_cores)
                    found.append(Timed(row, run, seconds, _moment(timing, run), rank > 0))
    return sorted(found, key=lambda one: (one.started, one.row.label, one.run.seed))


def _moment(timing: Timing, run: Record) -> float:
    try:
        return datetime.fromisoformat(timing.started).timestamp()
    except (ValueError, OverflowError):
        return datetime.fromisoformat(run.started).timestamp()


def _panel(group: Group, timed: Sequence[Timed], most: int, scene: Scene) -> Panel:
    return Panel(fixed(_HEIGHT + BELOW), partial(_draw, group, timed, most, scene), group.label)


def _draw(group: Group, timed: Sequence[Timed], most: int, scene: Scene, width: float) -> Markup:
    frame = Frame(52, 24, width - 10, _HEIGHT)
    every = sum(len(one.seconds) for one in timed)
    single = every <= most
    kept = timed if single else timed[:: -(-len(timed) // most)]
    count = every if single else len(kept)
    x = Scale(0.5, count + 0.5, frame.left + 6, frame.right)
    y = Scale(*span((s for one in kept for s in one.seconds), zero=True), frame.bottom, frame.top)
    parts = [
        y_axis(frame, y, "seconds per epoch"),
        x_axis(
            frame,
            x,
            "epochs in the order of time" if single else "timings in the order of time",
            whole_ticks(x),
            grid=False,
        ),
    ]
    place = 1
    for one in kept:
        parts.append(_marks(group, one, scene.looks[one.row.label], (x, y), place, single=single))
        place += len(one.seconds) if single else 1
    return join(parts)


def _marks(group: Group, one: Timed, look: Look, axes: tuple[Scale, Scale], place: int, *, single: bool) -> Markup:
    x, y = axes
    told = f"{group.label}, {one.row.label}, seed {one.run.seed}"
    if single:
        return join(
            mark(look, x(place + i), y(s), f"{told}, epoch {i + 1}: {significant(s)} s", hollow=one.disturbed, size=3.4)
            for i, s in enumerate(one.seconds)
        )
    middle, low, high = median(one.seconds), min(one.seconds), max(one.seconds)
    words = f"{told}: {significant(middle)} s per epoch, {significant(low)} to {significant(high)}"
    bar = line(x(place), y(low), x(place), y(high), f"iv {look.css}") if high > low else Markup("")
    return join([bar, mark(look, x(place), y(middle), words, hollow=one.disturbed, size=3.4)])


def _caption(found: Sequence[tuple[Group, Sequence[Timed]]], most: int) -> str:
    told = ["Steady training, without the first step. Marks that rise or fall together are the machine's doing."]
    if any(sum(len(one.seconds) for one in timed) > most for _, timed in found):
        told.append("Where there are many epochs, a mark is the median of a timing, and a line its range.")
    if any(len(timed) > most for _, timed in found):
        told.append(f"Of very many timings, some are left out, evenly: at most {most} are drawn.")
    return " ".join(told)
