"""Figures of the training: loss and accuracy per epoch, loss per step, and accuracy over time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter
from numpy.typing import NDArray

from mnist_compare.document.style import GREY, INK, Style, Styles, legend_below, new_figure
from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.records.measures import epoch_seconds
from mnist_compare.records.record import Record, Status
from mnist_compare.report.statistics import BackendRuns, Group

Floats = NDArray[np.float64]
Reader = Callable[[EpochResult], float | None]

_LINES = {"train": "--", "validation": ":", "test": "-"}
_FACES = {"--": "white", ":": "#bbbbbb"}  # of the markers, by the line; those of the others have the line's color
MOST_MARKERS = 3  # points of a line that has markers
_BEST: dict[str, Any] = {"color": GREY, "linestyle": "-.", "linewidth": 1.2, "zorder": 1.5}
_SPLITS = {"train": "training", "validation": "validation", "test": "test"}
LOSS_SHARE = 0.02  # of the loss, and of the axis: the least that it shows
ACCURACY_POINTS = 0.5  # in percentage points: 50 of 10,000 images


@dataclass(frozen=True)
class Band:
    """Mean, least and greatest over the seeds, at each x."""

    x: Floats
    mean: Floats
    low: Floats
    high: Floats


def epoch_figure(group: Group, styles: Styles, title: str) -> Figure:
    """Loss and accuracy after each epoch, on two axes: training dashed, validation dotted, test solid; with early
    stopping, a vertical line at the best epoch of each run.
    """
    figure = new_figure(10, 4.6, title)
    loss, accuracy = figure.subplots(1, 2)
    for split, line in _LINES.items():
        _draw_epochs(loss, group, styles, line, _reader(f"{split}_loss"))
        _draw_epochs(accuracy, group, styles, line, _reader(f"{split}_accuracy", 100))
    loss.set(ylabel=_loss_name(group), xlabel="epoch")
    accuracy.set(ylabel="accuracy (%)", xlabel="epoch")
    _bound(
        loss, group, lambda e: [e.train_loss, e.test_loss if group.spec.recipe.watched == "test" else e.validation_loss]
    )
    _widen(loss, LOSS_SHARE)
    _widen(accuracy, least=ACCURACY_POINTS)
    last = max(epoch.epoch for epoch in _epochs_of(group))
    for axes in (loss, accuracy):
        axes.set_xlim(0.5, last + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    for split, line in _LINES.items():
        if any(_reader(f"{split}_loss")(epoch) is not None for epoch in _epochs_of(group)):
            loss.plot([], [], color=INK, label=_SPLITS[split], **_look(line, last))
    for i, best in enumerate(_best_epochs(group)):
        loss.axvline(best, label="_" if i else "best epoch", **_BEST)
        accuracy.axvline(best, **_BEST)
    legend_below(figure, loss, 7)
    return figure


def step_figure(group: Group, styles: Styles, title: str) -> Figure:
    """The training loss along the steps, each point the mean over some of them."""
    figure = new_figure(10, 4.6, title)
    axes = figure.subplots()
    for row, width in _drawn(group):
        runs = shown(row)
        steps = max((_steps(run) for run in runs), key=len)
        losses = [np.array([loss for epoch in run.history for loss in epoch.step_losses]) for run in runs]
        _draw(axes, _band(steps, losses), styles[row.label], width, name(row), most_markers=1)
    axes.set(xlabel="step", ylabel=f"{_loss_name(group)}\n{_points(group)}")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    _bound(axes, group, lambda e: e.step_losses)
    _widen(axes, LOSS_SHARE)
    legend_below(figure, axes)
    return figure


def time_figure(group: Group, styles: Styles, title: str) -> Figure:
    """Test accuracy over the seconds of steady training that it took; with early stopping, validation accuracy."""
    figure = new_figure(8, 4.6, title)
    axes = figure.subplots()
    watched = group.spec.recipe.watched
    read = _reader(f"{watched}_accuracy", 100)
    for row, _ in _drawn(group):
        runs = shown(row)
        seconds = _band(_epochs(runs), [np.cumsum(epoch_seconds(run)) for run in runs]).mean
        accuracies = _band(seconds, [np.array([read(e) for e in run.history], dtype=np.float64) for run in runs])
        _draw(axes, accuracies, styles[row.label], 1.6, name(row), most_markers=60)
    axes.set(xlabel="seconds of training", ylabel=f"{watched} accuracy (%)")
    axes.set_xlim(left=0)
    _widen(axes, least=ACCURACY_POINTS)
    legend_below(figure, axes)
    return figure


def has_course(group: Group) -> bool:
    """Whether a run of the group came past an epoch."""
    return any(shown(row) for row in group.rows)


def has_steps(group: Group) -> bool:
    """Whether a run has more than one loss along its steps: a point is no course."""
    runs = [run for row in group.rows for run in shown(row)]
    return any(sum(len(epoch.step_losses) for epoch in run.history) > 1 for run in runs)


def shown(row: BackendRuns) -> list[Record]:
    """The runs whose course is drawn: those that are done, or where none is, those that came past an epoch."""
    done = [run for run in row.done if run.history]
    return done or [run for run in row.runs if run.history]


def name(row: BackendRuns) -> str:
    """The backend, with the status of the drawn runs where they are not done."""
    statuses = sorted({run.status.value for run in shown(row) if run.status is not Status.DONE})
    return f"{row.label} ({', '.join(statuses)})" if statuses else row.label


def _drawn(group: Group) -> list[tuple[BackendRuns, float]]:
    """The rows with a course, with line widths.

    Matched runs often lie upon one another: the ones below are wider, so that they are still seen.
    """
    rows = [row for row in group.rows if shown(row)]
    return [(row, 1.3 + 4.0 * (len(rows) - 1 - i) / max(3, len(rows) - 1)) for i, row in enumerate(rows)]


def _draw_epochs(axes: Axes, group: Group, styles: Styles, line: str, read: Reader) -> None:
    for row, width in _drawn(group):
        runs = shown(row)
        values = [np.array([read(epoch) for epoch in run.history], dtype=np.float64) for run in runs]
        if not all(np.isnan(found).all() for found in values):
            label = name(row) if line == _LINES[group.spec.recipe.watched] else ""
            _draw(axes, _band(_epochs(runs), values), styles[row.label], width, label, line)


def _reader(field: str, factor: float = 1.0) -> Reader:
    def read(epoch: EpochResult) -> float | None:
        value: float | None = getattr(epoch, field)
        return None if value is None else factor * value

    return read


def _epochs_of(group: Group) -> list[EpochResult]:
    return [epoch for row in group.rows for run in shown(row) for epoch in run.history]


def _best_epochs(group: Group) -> list[int]:
    """Those whose networks are tested, of runs with early stopping, each once."""
    return sorted({run.best_epoch for row in group.rows for run in shown(row) if run.best_epoch})


def _look(line: str, points: int) -> dict[str, Any]:
    """How the legend shows a line of so many points: one point makes no line, and more than a few have no markers."""
    look: dict[str, Any] = {"linestyle": line if points > 1 else "none"}
    return look if points > MOST_MARKERS else look | {"marker": "o", "markerfacecolor": _FACES.get(line, INK)}


def _points(group: Group) -> str:
    """Of how many steps a point is the mean: an epoch's last one may be of fewer."""
    every = max(epoch.loss_every for epoch in _epochs_of(group))
    steps = group.spec.recipe.steps_per_epoch(group.spec.data.train_size)
    if min(every, steps) == 1:
        return "of each step"
    rest = f" (the last of an epoch: {steps % every:,})" if steps > every and steps % every else ""
    return f"mean of {min(every, steps):,} steps{rest}"


def _widen(axes: Axes, share: float = 0.0, least: float = 0.0) -> None:
    """Let the axis show at least such a share of its middle value, and at least so much: what differs by less would
    fill it, and seem to differ much.
    """
    low, high = axes.get_ylim()
    middle = (low + high) / 2
    least = max(least, share * abs(middle))
    if high - low < least:
        axes.set_ylim(middle - least / 2, middle + least / 2)


def _draw(
    axes: Axes, band: Band, style: Style, width: float, label: str, line: str = "-", *, most_markers: int = MOST_MARKERS
) -> None:
    axes.plot(
        band.x,
        band.mean,
        linestyle=line,
        color=style.color,
        linewidth=width,
        label=label or "_",
        marker=style.marker if len(band.x) <= most_markers else "",
        markersize=3.5 + 0.9 * width,
        markerfacecolor=_FACES.get(line, style.color),
        markeredgewidth=1.2,
        alpha=0.9,
    )
    if not np.array_equal(band.low, band.high, equal_nan=True):
        axes.fill_between(band.x, band.low, band.high, color=style.color, alpha=0.18, linewidth=0)


def _band(x: Floats, lines: Sequence[Floats]) -> Band:
    """The lines over their seeds; a line may be shorter than x, and values that are not finite are left out."""
    values = np.full((len(lines), len(x)), np.nan)
    for row, line in zip(values, lines, strict=True):
        row[: len(line)] = line
    finite = np.ma.masked_invalid(values)
    return Band(x, *(np.ma.filled(reduce(axis=0), np.nan) for reduce in (finite.mean, finite.min, finite.max)))


def _epochs(runs: Sequence[Record]) -> Floats:
    return np.array(max(([float(epoch.epoch) for epoch in run.history] for run in runs), key=len))


def _steps(run: Record) -> Floats:
    """The step at which each of the means of the run ends."""
    per_epoch = run.spec.recipe.steps_per_epoch(run.spec.data.train_size)
    return np.array(
        [
            float((epoch.epoch - 1) * per_epoch + min((i + 1) * epoch.loss_every, per_epoch))
            for epoch in run.history
            for i in range(len(epoch.step_losses))
        ]
    )


def _bound(axes: Axes, group: Group, losses: Callable[[EpochResult], Sequence[float | None]]) -> None:
    """Keep the losses of runs that diverged from flattening those of the runs that are done."""
    kept = [loss for row in group.rows for run in row.done for epoch in run.history for loss in losses(epoch)]
    highest = max((loss for loss in kept if loss is not None and np.isfinite(loss)), default=0.0)
    if highest and axes.get_ylim()[1] > 3 * highest:
        axes.set_ylim(0, 1.1 * highest)


def _loss_name(group: Group) -> str:
    return "loss (mean squared error)" if group.regression else "loss (cross-entropy)"
