"""The most memory that a run has taken, of the machine and of its GPU."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean
from typing import Literal

from markupsafe import Markup

from mnist_compare.document.words import listing, span
from mnist_compare.records.measures import MEASURES
from mnist_compare.report.claim import noun
from mnist_compare.report.page.figures.phrases import each_of
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.looks import Look
from mnist_compare.report.page.panels import Panel, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.rows import Row, Values, row_panel
from mnist_compare.report.page.scales import Scale, drawable
from mnist_compare.report.page.svg import join, line, rect, words
from mnist_compare.report.statistics import BackendRuns, Group

MEGABYTE = 1e6
_BAR = 13.0
_LARGEST = 1e9  # in megabytes: more comes from a damaged file

Kind = Literal["peak_memory_bytes", "device_memory_bytes"]


@dataclass(frozen=True)
class Memory:
    """Of a row, in megabytes, by seed."""

    group: Group
    row: BackendRuns
    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Over the seeds."""
        return fmean(self.values)


def memory_picture(scene: Scene) -> Picture | None:
    """Of the machine."""
    return _picture(scene, "peak_memory_bytes", "memory", "memory")


def gpu_memory_picture(scene: Scene) -> Picture | None:
    """Of the GPU, where a run had one."""
    return _picture(scene, "device_memory_bytes", "gpu-memory", "GPU memory")


def memory_finding(found: Sequence[Memory], what: str) -> str:
    """Who took the least, in which networks; nobody, where the runs of two backends overlap."""
    networks = list({id(one.group): one.group for one in found}.values())
    own = [[one for one in found if one.group is group] for group in networks]
    compared = [rows for rows in own if len(rows) > 1]
    places = [rows[0].group for rows in compared]
    if not compared:
        return f"Runs took {_range([one.mean for one in found])} of {what}"
    least = [rows for rows in compared if _least(rows)]
    winners = [name for rows in least if (name := _least(rows))]
    if len(set(winners)) == 1 and len(winners) == len(compared):
        means = [min(one.mean for one in rows) for rows in compared]
        where = f" in {compared[0][0].group.label}" if len(compared) == 1 else f" in {each_of(places)}"
        return f"{winners[0]} took the least {what}{where}: {_range(means)}"
    if not winners:
        one = f" in {compared[0][0].group.label}: {_range([found.mean for found in compared[0]])}"
        return f"No backend took clearly the least {what}{one if len(compared) == 1 else f' in any {noun(places)}'}"
    names = sorted(dict.fromkeys(winners), key=lambda name: -winners.count(name))
    told = listing([f"{name} in {winners.count(name)}" for name in names[:4]])
    return f"Of {len(compared)} {noun(places)}s, {told} took the least {what}"


def _least(rows: Sequence[Memory]) -> str:
    """Whose every run took less than every run of the others; "" where there is nobody."""
    first = min(rows, key=lambda one: one.mean)
    return first.row.label if all(max(first.values) < min(o.values) for o in rows if o is not first) else ""


def _range(values: Sequence[float]) -> str:
    return f"{span(f'{min(values):,.0f}', f'{max(values):,.0f}')} MB"


def _picture(scene: Scene, kind: Kind, name: str, what: str) -> Picture | None:
    found = [one for group in scene.groups for row in group.finished if (one := _memory(group, row, kind))]
    if not found:
        return None
    longest = max(max(one.values) for one in found)
    panels = [
        _panel(group, own, scene, longest)
        for group in scene.groups
        if (own := [one for one in found if one.group is group])
    ]
    caption = f"The most {what} that a run took at a time, its framework included"
    several = any(len(one.values) > 1 for one in found)
    caption += "; the mean over the seeds, and a line from the least to the most." if several else "."
    return make_picture(name, memory_finding(found, what), caption, panels)


def _memory(group: Group, row: BackendRuns, kind: Kind) -> Memory | None:
    values = [value / MEGABYTE for run in row.timed if (value := MEASURES[kind](run))]
    kept = tuple(value for value in values if drawable(value) and 0 < value <= _LARGEST)
    return Memory(group, row, kept) if kept else None


def _panel(group: Group, found: Sequence[Memory], scene: Scene, longest: float) -> Panel:
    rows = [Row(one.row.label, partial(_draw, one, scene.looks[one.row.label])) for one in found]
    return row_panel(group.label, "", rows, Values(partial(Scale, 0.0, longest), "MB"), right=78)


def _draw(one: Memory, look: Look, scale: Scale, y: float) -> Markup:
    low, high, mean = min(one.values), max(one.values), one.mean
    told = f"{one.group.label}, {one.row.label}: {_range(one.values)}"
    parts = [rect(scale(0), y - _BAR / 2, scale(mean) - scale(0), _BAR, f"qt {look.css}", told)]
    if scale(high) - scale(low) >= 1:
        parts.append(line(scale(low), y, scale(high), y, "mk", told))
    return join([*parts, words(scale(high) + 6, y + 4, f"{mean:,.0f} MB", room=74)])
