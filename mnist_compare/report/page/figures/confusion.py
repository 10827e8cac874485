"""Which digit or class was taken for which."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from mnist_compare.document.words import plural
from mnist_compare.experiment.evaluation import DIGITS
from mnist_compare.report.page.figures.bounds import first_within
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.heat import heat_cell
from mnist_compare.report.page.panels import Panel, across, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.svg import join, number, rect, words
from mnist_compare.report.statistics import BackendRuns, Group

MOST_ROWS = 6
"""Backends of a network."""
MOST_PANELS = 12
_LEFT, _TOP = 30.0, 34.0
_LIGHT, _DARK, _DARKEST, _TURN = 0.08, 0.36, 0.85, 0.62


@dataclass(frozen=True)
class Confusion:
    """Images by [label][prediction], added up over a row's runs."""

    group: Group
    row: BackendRuns
    counts: tuple[tuple[int, ...], ...]
    runs: int
    outside: int

    @property
    def errors(self) -> dict[tuple[int, int], int]:
        """The images that were taken for another class, by label and prediction."""
        return {(a, b): n for a, row in enumerate(self.counts) for b, n in enumerate(row) if a != b and n}


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
    names = [f"{a} for {b}" for (a, b), count in sorted(counts.items()) if count == most]
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
            counts = tuple(tuple(sum(t.confusion[a][b] for t in tests) for b in range(DIGITS)) for a in range(DIGITS))
            found.append(Confusion(group, row, counts, len(tests), sum(test.out_of_range for test in tests)))
    return found


def _panel(one: Confusion, worst: int) -> Panel:
    wrong = sum(one.errors.values())
    note = f"{one.group.label}, {plural(wrong, 'mistake')}" + (f" in {one.runs} runs" if one.runs > 1 else "")
    return Panel(lambda width: _TOP + _cell(width) * DIGITS + 4, partial(_draw, one, worst), one.row.label, note)


def _cell(width: float) -> float:
    return (min(width, 372.0) - _LEFT) / DIGITS


def _draw(one: Confusion, worst: int, width: float) -> Markup:
    size = _cell(width)
    word = one.group.class_word
    parts = [words(_LEFT, 11, f"read as {'' if word == 'digit' else word}".strip(), "tk")]
    for digit in range(DIGITS):
        parts.append(words(_LEFT - 9, _TOP + (digit + 0.5) * size + 4, str(digit), "nm e"))
        parts.append(words(_LEFT + (digit + 0.5) * size, _TOP - 7, str(digit), "nm c"))
        parts.append(rect(_LEFT + digit * size, _TOP + digit * size, size - 1, size - 1, "dgc"))
    for (label, prediction), count in one.errors.items():
        parts.append(_mistakes(label, prediction, count, count / worst, size))
    return join(parts)


def _mistakes(label: int, prediction: int, count: int, share: float, size: float) -> Markup:
    told = f"{label} read as {prediction}: {plural(count, 'image')}"
    shown = str(count) if count < 1000 else f"{number(count / 1000)}k"
    return heat_cell(_LEFT + prediction * size, _TOP + label * size, size, share, shown, told)


def _caption(groups: Sequence[Sequence[Confusion]], shown: Sequence[Sequence[Confusion]]) -> str:
    told = ["Label down, prediction across; only mistakes are inked, on one scale for the backends of a network."]
    if any(one.runs > 1 for found in groups for one in found):
        told.append("Runs of several seeds are added up.")
    if outside := max(one.outside for found in groups for one in found):
        told.append(f"Outputs outside 0 to 9, up to {outside:,} of them, are in no cell.")
    if len(shown) < len(groups) or any(len(found) > MOST_ROWS for found in groups):
        told.append(f"At most {MOST_ROWS} backends of the first {plural(len(shown), 'network')} are drawn.")
    return " ".join(told)
