"""Which digit or class was taken for which."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from markupsafe import Markup

from mnist_compare.document.words import plural
from mnist_compare.report.page.figures.bounds import first_within
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.heat import heat_cell
from mnist_compare.report.page.panels import Panel, across, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.svg import join, number, rect, upright, width_of, words
from mnist_compare.report.shown_classes import confusion_of, shown_classes, shown_note
from mnist_compare.report.statistics import BackendRuns, Group

MOST_ROWS = 6
"""Backends of a network."""
MOST_PANELS = 12
_LEFT, _TOP = 30.0, 34.0
_MOST_NAME = 92.0


@dataclass(frozen=True)
class Confusion:
    """Mistakes by label and prediction, added up over a row's runs."""

    group: Group
    row: BackendRuns
    errors: dict[tuple[int, int], int]
    runs: int
    outside: int


def confusion_picture(scene: Scene) -> Picture | None:
    """A panel for each network and backend, of the first few networks."""
    groups = [found for group in scene.groups if (found := confusions(group))]
    if not groups:
        return None
    shown = first_within([found[:MOST_ROWS] for found in groups], MOST_PANELS, len)
    panels = [_panel(one, max([1, *(max(o.errors.values(), default=0) for o in own)])) for own in shown for one in own]
    return make_picture(
        "confusion",
        confusion_finding([one for own in shown for one in own]),
        _caption(groups, shown),
        panels,
        columns=across(shown),
    )


def confusion_finding(found: Sequence[Confusion]) -> str:
    """The mistake that is made most often, over all."""
    counts: dict[tuple[int, int], int] = {}
    for one in found:
        for pair, count in one.errors.items():
            counts[pair] = counts.get(pair, 0) + count
    if not counts:
        return "No test image was taken for another " + found[0].group.class_word
    most = max(counts.values())
    groups = [one.group for one in found]
    names = [f"{_name(a, groups)} for {_name(b, groups)}" for (a, b), n in sorted(counts.items()) if n == most]
    total = sum(counts.values())
    told = " and ".join(names) if len(names) <= 2 else f"{names[0]} and {len(names) - 1} other pairs"
    each = ", each" if len(names) > 1 else ""
    return f"Most often taken for another: {told}{each} in {most:,} of {plural(total, 'mistake')}"


def confusions(group: Group) -> list[Confusion]:
    """Of the rows with a test of a trained network."""
    found = []
    for row in group.finished:
        tests = [run.test for run in row.done if run.test]
        if tests:
            counts = confusion_of(row)
            pairs = ((int(a), int(b)) for a, b in zip(*np.nonzero(counts), strict=True) if a != b)
            errors = {(a, b): int(counts[a, b]) for a, b in pairs}
            found.append(Confusion(group, row, errors, len(tests), sum(test.out_of_range for test in tests)))
    return found


def _panel(one: Confusion, worst: int) -> Panel:
    wrong = sum(one.errors.values())
    note = f"{one.group.label}, {plural(wrong, 'mistake')}" + (f" in {one.runs} runs" if one.runs > 1 else "")
    return Panel(lambda width: _grid(one, width).bottom, partial(_draw, one, worst), one.row.label, note)


def _name(label: int, groups: Sequence[Group]) -> str:
    """What the groups call a label: its number where they do not agree."""
    names = {group.class_name(label) for group in groups}
    return names.pop() if len(names) == 1 else str(label)


@dataclass(frozen=True)
class Grid:
    """Where the cells are: right of the names, and below them."""

    left: float
    top: float
    size: float
    count: int

    @property
    def bottom(self) -> float:
        """The height of all of it."""
        return self.top + self.size * self.count + 4


def _grid(one: Confusion, width: float) -> Grid:
    """Numbers have room in a line; names are given as much as they need, within bounds, and stand upright above."""
    left, top, shown = _LEFT, _TOP, shown_classes(one.group)
    if one.group.has_class_names:
        longest = max(width_of(one.group.class_name(label)) for label in shown)
        left = min(_MOST_NAME, longest) + 12
        top = left + 14
    return Grid(left, top, (min(width, 372.0) - left) / len(shown), len(shown))


def _draw(one: Confusion, worst: int, width: float) -> Markup:
    grid, group = _grid(one, width), one.group
    size, named = grid.size, group.has_class_names
    parts = [
        words(grid.left, 11, f"read as {'' if group.class_word == 'digit' or named else group.class_word}".strip())
    ]
    places = {label: place for place, label in enumerate(shown_classes(group))}
    for label, place in places.items():
        name, middle = group.class_name(label), (place + 0.5) * size
        parts.append(words(grid.left - 9, grid.top + middle + 4, name, "nm e", room=_MOST_NAME))
        if named:
            parts.append(upright(grid.left + middle + 4, grid.top - 6, words(0, 0, name, "nm", room=_MOST_NAME)))
        else:
            parts.append(words(grid.left + middle, grid.top - 7, name, "nm c"))
        parts.append(rect(grid.left + place * size, grid.top + place * size, size - 1, size - 1, "dgc"))
    for (label, prediction), count in one.errors.items():
        if not {label, prediction} <= places.keys():
            continue
        told = f"{group.class_name(label)} read as {group.class_name(prediction)}: {plural(count, 'image')}"
        shown = str(count) if count < 1000 else f"{number(count / 1000)}k"
        x, y = grid.left + places[prediction] * size, grid.top + places[label] * size
        parts.append(heat_cell(x, y, size, count / worst, shown, told))
    return join(parts)


def _caption(groups: Sequence[Sequence[Confusion]], shown: Sequence[Sequence[Confusion]]) -> str:
    told = ["Label down, prediction across; only mistakes are inked, on one scale for the backends of a network."]
    if any(one.runs > 1 for found in groups for one in found):
        told.append("Runs of several seeds are added up.")
    if outside := max(one.outside for found in groups for one in found):
        last = max(one.group.class_count for found in groups for one in found) - 1
        told.append(f"Outputs outside 0 to {last}, up to {outside:,} of them, are in no cell.")
    if note := next(filter(None, (shown_note(found[0].group) for found in shown)), ""):
        told.append(note)
    if len(shown) < len(groups) or any(len(found) > MOST_ROWS for found in groups):
        told.append(f"At most {MOST_ROWS} backends of the first {plural(len(shown), 'network')} are drawn.")
    return " ".join(told)
