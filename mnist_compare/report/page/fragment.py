"""The beginning of a report as a piece of HTML, for a notebook: it leaves the page around it as it is.

All of its style is nested below one class, it has no script and no ids, and its colours are those of the notebook's
theme. A notebook without a known theme is taken for a light one.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from mnist_compare.document.words import plural
from mnist_compare.records.folder import PAGE_FILE
from mnist_compare.records.record import Record, current
from mnist_compare.report.certified import certified_groups, own_certificates
from mnist_compare.report.claims import claims
from mnist_compare.report.judged import judged_word, judged_words
from mnist_compare.report.limits import without_settings
from mnist_compare.report.page.classes import backend_marks
from mnist_compare.report.page.page import page_title
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.pictures import pictures_of
from mnist_compare.report.page.tables import summary_table
from mnist_compare.report.page.templates import fill, read
from mnist_compare.report.statistics import group_runs

SECTIONS = ("settings", "accuracy", "speed")
ROOT = ".mnist-compare.mnist-compare"
"""Named twice, so that it outweighs what a notebook says of the tables in it."""
DARK = (
    ':is([data-jp-theme-light="false"],.vscode-dark,.vscode-high-contrast:not(.vscode-high-contrast-light),'
    'html[theme="dark"],[data-theme="dark"])'
)
"""How JupyterLab, Visual Studio Code, Colab and others say that they are dark."""


class Figures(NamedTuple):
    """The figures of a section: the first is shown, and the others are folded, below these words."""

    first: Picture
    more: list[Picture]
    words: str


def report_fragment(folder: Path, records: Sequence[Record]) -> str:
    """The claims, the summary, and the figures of settings, accuracy and speed of the comparison in a folder.

    Raises OutputError where a certificate of the folder cannot be read.
    """
    counted, certificates = current(records), own_certificates(folder)
    groups = certified_groups(group_runs(counted), certificates)
    marks = backend_marks(row.label for group in groups for row in group.rows)
    word = judged_word(record.spec.data for record in counted)
    pictures = ((section, pictures_of(section, groups, certificates)) for section in SECTIONS)
    found = [(section, judged_words(made, word)) for section, made in pictures]
    told = without_settings(groups)
    return fill(
        "fragment.html.j2",
        marks,
        css=Markup(style()),
        title=page_title(counted),
        claims=judged_words(claims(told, certificates), word) if counted else (),
        summary=judged_words(summary_table(told), word),
        figures=[_figures(section, pictures) for section, pictures in found if pictures],
        report=str(folder / PAGE_FILE) if (folder / PAGE_FILE).is_file() else "",
    )


def _figures(section: str, pictures: Sequence[Picture]) -> Figures:
    first, *more = pictures
    return Figures(first, more, f"{plural(len(more), 'more figure')} of {section}")


def style() -> str:
    """The style of the page's parts, for what has the class alone."""
    light, dark = (read(name).replace(":root", "&") for name in ("light.css", "dark.css"))
    parts = "".join(map(read, ("parts.css", "pictures.css", "notebook.css")))
    return f"{ROOT}{{{light}{DARK} {dark}{parts}}}"
