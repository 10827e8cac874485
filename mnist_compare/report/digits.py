"""Figures of the trained networks: accuracy per class, and which class is taken for which."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from mnist_compare.document.style import Styles, legend_below, new_figure
from mnist_compare.report.shown_classes import confusion_of, shown_classes, shown_note
from mnist_compare.report.statistics import BackendRuns, Group

ERRORS = LinearSegmentedColormap.from_list("errors", ["#ffffff", "#fdd49e", "#fc8d59", "#b30000"])
DIAGONAL = "#d9d9d9"
MOST_LETTERS = 16


def tested(group: Group) -> list[BackendRuns]:
    """The backends with a test of a trained network."""
    return [row for row in group.finished if any(run.test for run in row.done)]


def digit_figure(group: Group, styles: Styles, title: str) -> Figure:
    """The share of each digit's (or class's) test images that is recognised, as bars; means over the seeds."""
    rows = tested(group)
    labels = shown_classes(group)
    shares = np.array([_shares(row, labels) for row in rows])
    low = _zoom(shares)
    figure = new_figure(10, 4.6, title)
    axes = figure.subplots()
    width = 0.8 / len(rows)
    for i, (row, heights) in enumerate(zip(rows, shares, strict=True)):
        x = np.arange(len(labels)) + (i - (len(rows) - 1) / 2) * width
        axes.bar(x, heights - low, 0.92 * width, bottom=low, color=styles[row.label].color, label=row.label)
    _name_ticks(axes, group, "x")
    axes.set(xlabel=_with_note(group.class_word, group), ylabel="accuracy (%)", ylim=(low, 100))
    axes.grid(visible=False, axis="x")
    if low:
        _mark_cut(axes, low)
    legend_below(figure, axes)
    return figure


def confusion_figure(group: Group, _: Styles, title: str) -> Figure:
    """How often each digit was taken for each other, one panel per backend; runs of several seeds are added up."""
    rows = tested(group)
    labels = list(shown_classes(group))
    counts = {row.label: confusion_of(row)[np.ix_(labels, labels)] for row in rows}
    worst = max(1, *(int((matrix * (1 - np.eye(len(labels)))).max()) for matrix in counts.values()))
    across = len(rows) if len(rows) <= 3 else math.ceil(math.sqrt(len(rows)))
    down = -(-len(rows) // across)
    figure = new_figure(0.7 + 4.3 * across, 0.7 + 4.5 * down, title)
    panels = figure.subplots(down, across, squeeze=False).ravel()
    for axes, row in zip(panels, rows, strict=False):
        _draw_confusion(axes, counts[row.label], worst, _panel_title(row, group), group)
    for axes in panels[len(rows) :]:
        axes.set_visible(False)
    scale = figure.colorbar(
        ScalarMappable(Normalize(0, worst), ERRORS),
        ax=list(panels),
        shrink=0.7,
        aspect=30,
        pad=0.02,
        ticks=MaxNLocator(integer=True),
    )
    scale.set_label(f"images taken for another {group.class_word} (grey: recognised)")
    scale.outline.set_visible(False)
    return figure


def _name_ticks(axes: Axes, group: Group, along: Literal["x", "y"]) -> None:
    """What each label is called; names are turned where they would lie upon one another."""
    names = [shortened_name(group.class_name(label)) for label in shown_classes(group)]
    turned = along == "x" and group.has_class_names
    ticks = axes.set_xticks if along == "x" else axes.set_yticks
    ticks(range(len(names)), names, rotation=40 if turned else 0, ha="right" if turned or along == "y" else "center")


def shortened_name(name: str) -> str:
    """The name of a class, cut where no figure has room for it."""
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"


def _draw_confusion(axes: Axes, counts: NDArray[np.int64], worst: int, title: str, group: Group) -> None:
    word = group.class_word
    errors = np.ma.masked_array(counts, mask=np.eye(len(counts), dtype=bool))
    axes.imshow(errors, cmap=ERRORS.with_extremes(bad=DIAGONAL), vmin=0, vmax=worst)
    for label in range(len(counts)):
        for prediction in range(len(counts)):
            count = int(counts[label, prediction])
            dark = label != prediction and count > 0.7 * worst
            if count:
                size = 8 if count < 1000 else 6.5 if count < 10_000 else 5.5
                color = "white" if dark else "#222222"
                text = axes.text(prediction, label, str(count), ha="center", va="center", fontsize=size, color=color)
                text.set_in_layout(False)  # it lies within the axes, and there are hundreds of them
    axes.set(
        xlabel=_with_note(f"predicted {word}", group),
        ylabel=f"{word} of the image" if word == "class" else f"{word} in the image",
    )
    axes.set_title(title)
    _name_ticks(axes, group, "x")
    _name_ticks(axes, group, "y")
    axes.grid(visible=False)
    axes.tick_params(length=0)


def _panel_title(row: BackendRuns, group: Group) -> str:
    tests = [run.test for run in row.done if run.test]
    outside = sum(test.out_of_range for test in tests)
    parts = [row.label]
    if len(tests) > 1:
        parts.append(f"{len(tests)} runs added up")
    if outside:
        parts.append(f"{outside:,} outputs outside 0 to {group.class_count - 1}")
    return ", ".join(parts)


def _with_note(words: str, group: Group) -> str:
    note = shown_note(group)
    return f"{words}. {note}" if note else words


def _shares(row: BackendRuns, labels: Sequence[int]) -> NDArray[np.float64]:
    """Accuracy in percent of each of these classes, over the runs that have images of it; 0 where none has."""
    tests = [run.test.scores for run in row.done if run.test]
    found = [[t[label].accuracy for t in tests if t[label].accuracy is not None] for label in labels]
    return np.array([100 * float(np.mean(values)) if values else 0.0 for values in found])  # type: ignore[arg-type]


def _zoom(shares: NDArray[np.float64]) -> float:
    """Where the axis begins: at zero, unless all bars end so high that their differences would not be seen."""
    missing = 100 - float(shares.min())
    if missing > 40:
        return 0.0
    step = next(step for step in (1, 2, 5, 10, 20, 50) if missing <= 4 * step)
    return 100.0 - step * max(1, math.ceil(missing / step + 0.25))


def _mark_cut(axes: Axes, low: float) -> None:
    """Say in words and with a torn foot that the bars do not begin at zero."""
    axes.set_ylabel(f"accuracy (%), axis begins at {low:g} %")
    axes.plot(
        [0, 0.008],
        [0.04, 0.04],
        transform=axes.transAxes,
        clip_on=False,
        linestyle="none",
        marker=[(-1, -0.6), (1, 0.6)],
        color="#222222",
        markersize=9,
    )
