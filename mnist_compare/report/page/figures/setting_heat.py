"""What each value of a recipe's parts comes to, as a grid of inked cells for each backend."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from markupsafe import Markup

from mnist_compare.document.words import listing
from mnist_compare.report.page.figures.phrases import percent
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.heat import heat_cell
from mnist_compare.report.page.panels import Panel, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.svg import join, rect, upright, width_of, words
from mnist_compare.report.setting_axes import MISSING, Axis
from mnist_compare.report.setting_tables import setting_table
from mnist_compare.report.settings import Setting, Study

MOST_VALUES = 12
MOST_PANELS = 9
_LEAST_ERROR = 1e-4
_LARGEST, _WITH_WORDS, _MOST_LABEL = 58.0, 40.0, 110.0


@dataclass(frozen=True)
class Grid:
    """The cells of one panel. Where settings differ in more than its two axes, a cell holds the best of them.

    With a `label`, they are of that backend, and rows are values of `down`; without one there is a row for each
    backend.
    """

    study: Study
    across: Axis
    down: Axis | None = None
    label: str = ""

    @cached_property
    def columns(self) -> list[str]:
        """The values across."""
        return self.across.all_words(self.study.recipes)

    @cached_property
    def rows(self) -> list[str]:
        """The values down, or the backends."""
        return self.down.all_words(self.study.recipes) if self.down else self.study.backends

    @cached_property
    def cells(self) -> dict[tuple[int, int], tuple[Setting, str]]:
        """The best setting by row and column, with the backend whose score counts."""
        found: dict[tuple[int, int], tuple[Setting, str]] = {}
        for i, row in enumerate(self.rows):
            label = self.label or row
            for one in self.study.settings:
                if label not in one.scores or (self.down and self.down.words(one.recipe) != row):
                    continue
                place = i, self.columns.index(self.across.words(one.recipe))
                if place not in found or one.scores[label].rank < found[place][0].scores[label].rank:
                    found[place] = one, label
        return found

    def best(self, label: str) -> Setting:
        """The best setting of a backend."""
        return self.study.ranked_in(label)[0]


def setting_heat_picture(scene: Scene) -> Picture | None:
    """A panel for each network and backend; of one varying part alone, one for each network."""
    grids = [grid for study in scene.studies for grid in _grids(study)]
    if not grids:
        return None
    shown = grids[:MOST_PANELS]
    studies = list({id(grid.study): grid.study for grid in shown}.values())
    bounds = _bounds(shown)
    several = len({grid.study.title for grid in grids}) > 1
    return make_picture(
        "setting-heat",
        heat_finding(studies),
        _caption(shown, len(grids)),
        [_panel(grid, bounds, several=several) for grid in shown],
        columns=min(3, max(len(study.backends) for study in studies)) if shown[0].down else 2,
        numbers=setting_table(studies[0]) if len(studies) == 1 else None,
    )


def heat_finding(studies: Sequence[Study]) -> str:
    """How far the best setting is from the worst one, and how many failed."""
    told = []
    for study in studies[:3]:
        means = [mean for one in study.settings if (mean := one.score.mean) is not None]
        lost = [one.score for one in study.settings if one.score.mean is None and one.score.failed]
        pruned = sum(one.score.mean is None and not one.score.failed for one in study.settings)
        how = "diverged" if all(score.diverged == score.failed for score in lost) else "failed"
        others = [*([f"{len(lost):,} {how}"] if lost else []), *([f"{pruned:,} pruned"] if pruned else [])]
        told.append(
            f"{study.title}: {study.counted}, from {percent(min(means))} to {percent(max(means))}"
            f"{f', and {listing(others)}' if others else ''}"
        )
    return "; ".join(told)


def main_axes(study: Study) -> list[Axis]:
    """The parts with few values, the one first whose values are furthest apart, by the best score of each."""
    found = [axis for axis in study.axes if len(axis.all_words(study.recipes)) <= MOST_VALUES]
    return sorted(found, key=lambda axis: -_effect(study, axis))


def _effect(study: Study, axis: Axis) -> float:
    best: dict[str, float] = {}
    for one in study.settings:
        if one.score.mean is not None:
            words = axis.words(one.recipe)
            best[words] = max(best.get(words, 0.0), one.score.mean)
    return max(best.values(), default=0.0) - min(best.values(), default=0.0)


def _grids(study: Study) -> list[Grid]:
    axes = main_axes(study)
    if not axes:
        return []
    if len(axes) == 1:
        return [Grid(study, axes[0])]
    one, other = axes[:2]
    if len(other.all_words(study.recipes)) > len(one.all_words(study.recipes)):
        one, other = other, one
    return [Grid(study, one, other, label) for label in study.backends]


def _bounds(grids: Sequence[Grid]) -> tuple[float, float]:
    """The least and the most ink, as `_depth` of the worst and the best accuracy of all panels."""
    means = [mean for grid in grids for one, label in grid.cells.values() if (mean := one.scores[label].mean)]
    return _depth(min(means, default=0.0)), _depth(max(means, default=1.0))


def _depth(accuracy: float) -> float:
    """Halves of the error are evenly apart."""
    return -math.log(max(1 - accuracy, _LEAST_ERROR))


def _left(grid: Grid) -> float:
    return min(_MOST_LABEL, max(width_of(row) for row in grid.rows)) + 10


def _size(grid: Grid, width: float) -> float:
    return min((width - _left(grid)) / len(grid.columns), _LARGEST)


def _top(grid: Grid, width: float) -> float:
    longest = max(width_of(column) for column in grid.columns)
    return 38.0 if longest <= _size(grid, width) - 2 else min(longest, _MOST_LABEL) + 28


def _panel(grid: Grid, bounds: tuple[float, float], *, several: bool) -> Panel:
    title = grid.label if grid.label and not several else grid.study.title
    note = grid.label if grid.label and several else ""
    return Panel(
        lambda width: _top(grid, width) + _size(grid, width) * len(grid.rows) + 6,
        partial(_draw, grid, bounds),
        title,
        note,
    )


def _draw(grid: Grid, bounds: tuple[float, float], width: float) -> Markup:
    left, size, top = _left(grid), _size(grid, width), _top(grid, width)
    down = f"{grid.down.title} ↓, {grid.across.title} →" if grid.down else f"{grid.across.title} →"
    parts = [words(0, 12, down, room=width)]
    for i, column in enumerate(grid.columns):
        x = left + (i + 0.5) * size
        if top <= 38:
            parts.append(words(x, top - 7, column, "nm c"))
        else:
            parts.append(upright(x + 4, top - 6, words(0, 0, column, "nm", room=_MOST_LABEL)))
    for i, row in enumerate(grid.rows):
        parts.append(words(left - 8, top + (i + 0.5) * size + 4, row, "nm e", room=_MOST_LABEL))
        parts += [
            _cell(grid, (i, j), bounds, (left + j * size, top + i * size), size) for j in range(len(grid.columns))
        ]
    return join(parts)


def _cell(
    grid: Grid, place: tuple[int, int], bounds: tuple[float, float], corner: tuple[float, float], size: float
) -> Markup:
    (x, y), found = corner, grid.cells.get(place)
    if found is None:
        return rect(x + 0.5, y + 0.5, size - 2, size - 2, "dgc")
    setting, label = found
    score, room = setting.scores[label], size >= _WITH_WORDS
    told = f"{label}, {setting.name}: {score.words}"
    if score.mean is None:
        shown = "div." if score.diverged else "fail" if score.failed else "pr."
        return join([rect(x + 0.5, y + 0.5, size - 2, size - 2, "dgc"), heat_cell(x, y, size, 0, shown * room, told)])
    low, high = bounds
    share = max(0.01, (_depth(score.mean) - low) / (high - low)) if high > low else 0.5
    cell = heat_cell(x, y, size, min(1.0, share), f"{100 * score.mean:.1f}" * room, told)
    if setting is not grid.best(label):
        return cell
    return join([cell, rect(x - 1.5, y - 1.5, size + 2, size + 2, "mk p", "", rx=2)])


def _caption(shown: Sequence[Grid], count: int) -> str:
    accuracy = listing(list(dict.fromkeys(grid.study.judging.accuracy for grid in shown)))
    told = [
        f"Each cell is the {accuracy} in percent, as a mean over the seeds; the darker, the better, on one scale. The "
        "best setting of each backend has a frame."
    ]
    more = [grid for grid in shown if len(grid.study.axes) > (2 if grid.down else 1)]
    if more:
        axes = {axis.title: None for grid in more for axis in grid.study.axes if axis not in (grid.across, grid.down)}
        told.append(
            f"The two parts that change most are drawn; of the settings that differ in {listing(list(axes))} alone a "
            "cell has the best."
        )
    empty = any((i, j) not in g.cells for g in shown for i in range(len(g.rows)) for j in range(len(g.columns)))
    if empty:
        told.append("Empty: no run of such a setting.")
    if any(MISSING in (*grid.columns, *grid.rows) for grid in shown):
        told.append(f"{MISSING}: settings without that part.")
    if count > len(shown):
        told.append(f"The first {len(shown)} of {count} panels are drawn.")
    return " ".join(told)
