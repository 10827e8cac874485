"""Where the time of a run went, as stacked bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean

from markupsafe import Markup

from mnist_compare.document.table import Table, shortened
from mnist_compare.document.words import significant
from mnist_compare.report.page.figures.phrases import Named
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.looks import Look
from mnist_compare.report.page.panels import Panel, make_picture, swatch_key
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.rows import Row, Values, row_panel
from mnist_compare.report.page.scales import Scale, drawable
from mnist_compare.report.page.svg import join, rect, words
from mnist_compare.report.statistics import BackendRuns, Group

TRAINING, WAITING = "steady training", "waiting for images"
PHASES = {
    "start, import, build": (("start", "imports", "build"), "q1"),
    "data and other": (("data", "other"), "q2"),
    "first step": (("first_step",), "q3"),
    TRAINING: (("training",), "qt"),
    WAITING: (("waiting",), "q4"),
    "evaluation, checkpoints": (("evaluation", "checkpoint"), "qe"),
}
"""What is told apart: the fields of Times, and the class of the bar's part, in the order in which they stand."""
_BAR = 15.0


@dataclass(frozen=True)
class Bar:
    """Seconds by phase of a row, as means over the runs whose times count."""

    group: Group
    row: BackendRuns
    seconds: dict[str, float]

    @property
    def total(self) -> float:
        """All of it."""
        return sum(self.seconds.values())


def phases_picture(scene: Scene) -> Picture | None:
    """A panel for each network, with a scale of its own."""
    bars = [bar for group in scene.groups for row in group.finished if (bar := _bar(group, row))]
    if not bars:
        return None
    panels = [
        _panel(group, own, scene) for group in scene.groups if (own := [bar for bar in bars if bar.group is group])
    ]
    return make_picture(
        "phases",
        phases_finding(bars),
        _caption(bars, len(panels)),
        panels,
        keys=[swatch_key(css, name, scene.some(bar.row.label for bar in bars)) for name, (_, css) in _shown(bars)],
        numbers=_numbers(bars),
    )


def phases_finding(bars: Sequence[Bar]) -> str:
    """The share of steady training in all the time, where it is least and most."""
    shares = [Named(bar.seconds[TRAINING] / bar.total, bar.group, bar.row) for bar in bars]
    least, most = min(shares, key=lambda one: one.value), max(shares, key=lambda one: one.value)
    low, high = f"{100 * least.value:.0f} %", f"{100 * most.value:.0f} %"
    if low == high:
        return f"Steady training took {low} of the whole time"
    if len({bar.group.label for bar in bars}) == 1:
        return f"Steady training took {low} ({least.row.label}) to {high} ({most.row.label}) of the whole time"
    return f"Steady training took {low} ({least.place}) to {high} ({most.place}) of the whole time"


def _caption(bars: Sequence[Bar], panels: int) -> str:
    told = ["Colour is the backend, shade the phase; means over the runs whose times count."]
    if panels > 1:
        told.append("Each panel has a scale of its own.")
    if any(_busy(bar.row) for bar in bars):
        told.append("Busy: other work was on the machine, or other runs beside it.")
    return " ".join(told)


def _bar(group: Group, row: BackendRuns) -> Bar | None:
    times = [run.counted_times for run in row.timed]
    seconds = {
        name: fmean(sum(max(0.0, getattr(found, field)) for field in fields) for found in times)
        for name, (fields, _) in PHASES.items()
    }
    bar = Bar(group, row, seconds)
    return bar if drawable(bar.total) and bar.total > 0 else None


def _busy(row: BackendRuns) -> bool:
    return any(run.is_disturbed or any(timing.jobs > 1 for timing in run.counted) for run in row.timed)


def _panel(group: Group, bars: Sequence[Bar], scene: Scene) -> Panel:
    longest = max(bar.total for bar in bars)
    rows = [Row(bar.row.label, partial(_draw, bar, scene.looks[bar.row.label])) for bar in bars]
    return row_panel(group.label, "", rows, Values(partial(Scale, 0.0, longest), "seconds"), right=84)


def _shown(bars: Sequence[Bar]) -> list[tuple[str, tuple[tuple[str, ...], str]]]:
    """The phases that are told: all, but that training waited for images only where it did."""
    return [
        (name, phase) for name, phase in PHASES.items() if name != WAITING or any(bar.seconds[name] for bar in bars)
    ]


def _draw(bar: Bar, look: Look, scale: Scale, y: float) -> Markup:
    parts, done = [], 0.0
    for name, (_, css) in PHASES.items():
        seconds = bar.seconds[name]
        x = scale(done)
        done += seconds
        if (width := scale(done) - x) >= 0.05:
            told = f"{bar.group.label}, {bar.row.label}, {name}: {significant(seconds)} s"
            parts.append(rect(x, y - _BAR / 2, width, _BAR, f"{css} {look.css}", told))
    busy = ", busy" if _busy(bar.row) else ""
    return join([*parts, words(scale(bar.total) + 6, y + 4, f"{significant(bar.total)} s{busy}", room=90)])


def _numbers(bars: Sequence[Bar]) -> Table:
    names = [name for name, _ in _shown(bars)]
    rows = tuple(
        (bar.group.label, bar.row.label, *(significant(bar.seconds[name]) for name in names), significant(bar.total))
        for bar in bars
    )
    return shortened(Table("Seconds by phase", ("network", "backend", *names, "total"), rows))
