"""Templates and styles: what is text in them is escaped, and steers nothing around it."""

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mnist_compare.document.table import MAX_ROWS, Table
from mnist_compare.io.terminal import clean
from mnist_compare.report.claim import Badge
from mnist_compare.report.page.view import View, view

FOLDER = Path(__file__).parent
BADGES = {Badge.CLAIMED: "yes", Badge.PART: "part", Badge.OPEN: "open", Badge.DENIED: "no"}


def fill(template: str, marks: Mapping[str, str], **content: Any) -> str:
    """The template with this content; `marks` are the classes of the backends' labels."""
    found = _environment().get_template(template)
    return str(found.render(marks=marks, badges=BADGES, view=partial(_view, marks), **content))


def read(name: str) -> str:
    """A style or a script of the page."""
    return (FOLDER / name).read_text(encoding="utf-8")


def _view(marks: Mapping[str, str], table: Table, most: int = MAX_ROWS) -> View:
    return view(table, marks, most)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _finalize(value: Any) -> Any:
    """Text without characters that steer what is around them; names and reasons come from files."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
