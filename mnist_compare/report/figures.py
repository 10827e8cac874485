"""All figures of a report, as PNG and SVG."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from mnist_compare.document.style import backend_styles, draw, house_style
from mnist_compare.records.record import Record
from mnist_compare.report.curves import Styles, epoch_figure, phase_figure, shown, step_figure, time_figure
from mnist_compare.report.digits import confusion_figure, digit_figure, tested
from mnist_compare.report.limits import detailed
from mnist_compare.report.statistics import Group, group_runs

Drawing = tuple[str, str, Callable[[], Figure]]


def write_figures(
    records: Sequence[Record], folder: Path, check: Callable[[], None] = lambda: None
) -> dict[str, tuple[Path, Path]]:
    """Draw what the records allow, per group of runs, into the folder; of very many groups, the first ones.

    Gives title -> (PNG, SVG); a title begins with the group's label and a colon. `check` is called before each is
    written. Raises OutputError where the folder cannot be written.
    """
    groups = detailed(group_runs(records))
    styles = backend_styles(row.label for group in groups for row in group.rows)
    written: dict[str, tuple[Path, Path]] = {}
    used: set[str] = set()
    with house_style():
        for group in groups:
            stem = _unique(_slug(group.label), used)
            for kind, title, figure in _drawings(group, styles):
                drawn = draw(figure())
                check()
                written[f"{group.label}: {title}"] = drawn.write(folder / f"{stem}-{kind}")
    return written


def _drawings(group: Group, styles: Styles) -> Iterator[Drawing]:
    """Kind, title and function of each figure for which the group has what it shows."""
    courses = [run for row in group.rows for run in shown(row)]
    if courses:
        yield "epochs", "loss and accuracy per epoch", lambda: epoch_figure(group, styles)
    if any(sum(len(epoch.step_losses) for epoch in run.history) > 1 for run in courses):  # a point is no course
        yield "steps", "training loss along the steps", lambda: step_figure(group, styles)
    if courses:
        yield "time", "test accuracy over training time", lambda: time_figure(group, styles)
    if group.finished:
        yield "phases", "where the time went", lambda: phase_figure(group)
    if tested(group):
        kind = "digits" if group.class_word == "digit" else "classes"
        yield kind, f"test accuracy per {group.class_word}", lambda: digit_figure(group, styles)
        yield "confusion", f"which {group.class_word} was taken for which", lambda: confusion_figure(group)


def _slug(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-") or "network"


def _unique(stem: str, used: set[str]) -> str:
    number = next(n for n in range(1, len(used) + 2) if _numbered(stem, n) not in used)
    used.add(_numbered(stem, number))
    return _numbered(stem, number)


def _numbered(stem: str, number: int) -> str:
    return stem if number == 1 else f"{stem}-{number}"
