"""The figure of where the time of a run went."""

import numpy as np
from matplotlib.figure import Figure

from mnist_compare.document.style import Styles, legend_below, new_figure
from mnist_compare.document.words import significant
from mnist_compare.report.statistics import BackendRuns, Group

_PHASES = {
    "start": ("start", "#bbbbbb"),
    "imports": ("import", "#777777"),
    "data": ("data", "#ddcc77"),
    "build": ("build", "#cc6677"),
    "first_step": ("first step", "#882255"),
    "training": ("steady training", "#332288"),
    "waiting": ("waiting for images", "#999933"),
    "evaluation": ("evaluation", "#88ccee"),
    "checkpoint": ("checkpoints", "#aa4499"),
    "other": ("other", "#dddddd"),
}
"""Field of Times -> its name, and a color of Tol's palette, since those of the backends mean backends."""


def phase_figure(group: Group, _: Styles, title: str) -> Figure:
    """Where the time of a run went, as one stacked bar per backend; means over the seeds."""
    rows = group.finished
    figure = new_figure(10, 1.9 + 0.5 * len(rows), title)
    axes = figure.subplots()
    totals = np.zeros(len(rows))
    for field, (label, color) in _PHASES.items():
        seconds = np.array([_phase(row, field) for row in rows])
        if seconds.any():
            axes.barh(range(len(rows)), seconds, left=totals, height=0.62, color=color, label=label)
        totals += seconds
    for y, total in enumerate(totals):
        axes.annotate(f"{significant(total)} s", (total, y), xytext=(5, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(len(rows)), [row.label for row in rows])
    axes.set(xlabel="seconds", xlim=(0, 1.12 * max(totals.max(), 1e-9)))
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    legend_below(figure, axes)
    return figure


def _phase(row: BackendRuns, field: str) -> float:
    return float(np.mean([getattr(run.counted_times, field) for run in row.timed]))
