"""The figures of a certificate: how far two backends' losses are apart at every step, on a scale of powers of ten."""

from collections.abc import Callable, Sequence
from math import ceil
from pathlib import Path

import matplotlib.figure
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator

from mnist_compare.certify.certificate import Certificate, Pair
from mnist_compare.document.figure import Figure
from mnist_compare.document.style import GREY, draw, house_style, legend_below, new_figure
from mnist_compare.io.file_names import file_stems

COLUMNS = 3
KIND = "gaps"
NOTHING = 1e-18
LONG_NAMES = 30  # letters of both names that one line of a panel has room for
"""Drawn for a gap of 0, which has no place on a scale of powers."""

TITLES = {"match": "match", "differ": "NO match", "undecidable": "undecidable after step {:,}"}

_GAP, _LIMIT = "#0072b2", "#d55e00"


def write_figures(
    certificate: Certificate, folder: Path, check: Callable[[], None] = lambda: None
) -> dict[Figure, Path]:
    """Draw each case with a panel for each pair, as PNG and SVG into the folder; gives the PNG of each figure.

    `check` is called before each is written. Raises OutputError where the folder cannot be written.
    """
    written: dict[Figure, Path] = {}
    stems = file_stems(case.name for case in certificate.cases)
    with house_style():
        for case in certificate.cases:
            pairs = [pair for pair in certificate.pairs if pair.case == case.name and pair.loss_gaps]
            if pairs:
                figure = Figure(case.name, KIND, f"gap of the loss at every step, {case.recipe.precision}")
                rendered = draw(gap_figure(pairs, figure.caption))
                check()
                written[figure] = rendered.write(folder / stems[case.name])[0]
    return written


def gap_figure(pairs: Sequence[Pair], title: str) -> matplotlib.figure.Figure:
    """A panel for each pair: the gap, the tolerance, and the noise floor where it was measured."""
    columns = min(COLUMNS, len(pairs))
    lines = ceil(len(pairs) / columns)
    figure = new_figure(max(6.0, 3.2 * columns), 2.3 * lines + 1.2, title)
    panels = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for panel, pair in zip(panels, pairs, strict=False):
        _draw(panel, pair)
    for panel in panels[len(pairs) :]:
        panel.axis("off")
    for panel in panels[len(pairs) - columns : len(pairs)]:
        panel.set_xlabel("step")
        panel.tick_params(labelbottom=True)
    for panel in panels[::columns]:
        panel.set_ylabel("gap of the loss")
    legend_below(figure, panels[0])
    return figure


def _draw(panel: Axes, pair: Pair) -> None:
    steps = np.arange(1, len(pair.loss_gaps) + 1)
    panel.set_yscale("log")
    panel.yaxis.set_major_formatter(FuncFormatter(_power))
    panel.yaxis.set_minor_locator(NullLocator())
    panel.plot(steps, _values(pair.loss_gaps), color=_GAP, linestyle="", marker=".", markersize=3.5, label="gap")
    if pair.noise:
        label = "noise floor" if pair.floor else "rounding alone"
        panel.plot(steps, _values(pair.noise), color=GREY, linewidth=1.2, label=label)
    if pair.tolerance:
        panel.axhline(pair.tolerance.loss, color=_LIMIT, linestyle="--", linewidth=1.2, label="tolerance")
    if pair.first_step_out:
        panel.axvline(pair.first_step_out, color=_LIMIT, linestyle=":", linewidth=1.2)
    outcome = TITLES[pair.outcome].format(pair.certified_steps)
    between = "\n" if len(pair.a + pair.b) > LONG_NAMES else " "
    panel.set_title(f"{pair.a} and{between}{pair.b}: {outcome}", fontsize=9.5)


def _values(gaps: Sequence[float | None]) -> list[float]:
    return [float("nan") if gap is None else max(gap, NOTHING) for gap in gaps]


def _power(value: float, position: int | None) -> str:
    return f"{value:.0e}" if value > 1.5 * NOTHING else "0"
