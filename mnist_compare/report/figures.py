"""All figures of a report, as PNG and SVG: a new one is a function, and its line in KINDS."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib.figure
from matplotlib.text import Text

from mnist_compare.document.figure import Figure
from mnist_compare.document.style import Styles, backend_styles, draw, house_style
from mnist_compare.io.file_names import file_stems
from mnist_compare.records.record import Record
from mnist_compare.records.spec import TEST
from mnist_compare.report.curves import epoch_figure, has_course, has_steps, step_figure, time_figure
from mnist_compare.report.digits import confusion_figure, digit_figure, tested
from mnist_compare.report.judged import judged_text, judged_word
from mnist_compare.report.limits import detailed
from mnist_compare.report.phases import phase_figure
from mnist_compare.report.statistics import Group, group_runs


@dataclass(frozen=True)
class Kind:
    """One kind of figure of a group: its name, its title, whether the group has what it shows, and what draws it.

    In name and title, {label} is what the group's images show, a digit or a class, and {labels} are several; {watched}
    are the images that decide when the training ends, where they do.
    """

    name: str
    title: str
    is_shown: Callable[[Group], object]
    draw: Callable[[Group, Styles, str], matplotlib.figure.Figure]


KINDS = (
    Kind("epochs", "loss and accuracy per epoch", has_course, epoch_figure),
    Kind("steps", "training loss along the steps", has_steps, step_figure),
    Kind("time", "{watched} accuracy over training time", has_course, time_figure),
    Kind("phases", "where the time went", lambda group: group.finished, phase_figure),
    Kind("{labels}", "test accuracy per {label}", tested, digit_figure),
    Kind("confusion", "which {label} was taken for which", tested, confusion_figure),
)
"""In the order in which they stand in a report."""

_SEVERAL = {"digit": "digits", "class": "classes"}


def write_figures(
    records: Sequence[Record], folder: Path, check: Callable[[], None] = lambda: None
) -> dict[Figure, tuple[Path, Path]]:
    """Draw what the records allow, per group of runs, into the folder; of very many groups, the first ones.

    Gives the PNG and the SVG of each figure. `check` is called before each is written. Raises OutputError where the
    folder cannot be written.
    """
    groups = detailed(group_runs(records))
    styles = backend_styles(row.label for group in groups for row in group.rows)
    written: dict[Figure, tuple[Path, Path]] = {}
    stems = file_stems(group.label for group in groups)
    with house_style():
        for group in groups:
            for figure, kind in _figures(group):
                drawn = kind.draw(group, styles, figure.caption)
                _judge(drawn, judged_word([group.spec.data]))
                rendered = draw(drawn)
                check()
                written[figure] = rendered.write(folder / f"{stems[group.label]}-{figure.kind}")
    return written


def _figures(group: Group) -> Iterator[tuple[Figure, Kind]]:
    words = {"label": group.class_word, "labels": _SEVERAL[group.class_word], "watched": group.spec.recipe.watched}
    for kind in KINDS:
        if kind.is_shown(group):
            yield Figure(group.label, kind.name.format(**words), kind.title.format(**words)), kind


def _judge(drawn: matplotlib.figure.Figure, word: str) -> None:
    """Put the word of the images that runs were judged by into all texts."""
    if word != TEST:
        for text in drawn.findobj(Text):
            text.set_text(judged_text(text.get_text(), word))
