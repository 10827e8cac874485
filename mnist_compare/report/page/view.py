"""Tables as the page's template shows them: what stands at the right, who has a mark, what is a badge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mnist_compare.document.table import MAX_ROWS, Cells, Table, shortened

NAMES = ("backend",)
BADGES = {
    "match": "yes",
    "equal": "yes",
    "done": "",
    "differ": "no",
    "larger": "no",
    "smaller": "no",
    "claimed": "yes",
    "claimed in part": "part",
    "not decided": "open",
    "not so": "no",
}
"""Word of a verdict -> its shape; all other verdicts are open."""
VERDICTS = ("verdict", "match")


@dataclass(frozen=True)
class Cell:
    """A cell: its text, the class of the backend whose mark stands before it, and the shape of its badge; "" for
    none.
    """

    text: str
    mark: str = ""
    badge: str = ""


@dataclass(frozen=True)
class Column:
    """The head of a column; `mark` as in a cell."""

    name: str
    is_numeric: bool
    mark: str = ""


@dataclass(frozen=True)
class Row:
    """A row; `is_first` where it is the first of its network."""

    cells: tuple[Cell, ...]
    is_first: bool


@dataclass(frozen=True)
class View:
    """A table, ready to be shown. `is_grouped` says that its first column repeats, so that a name need stand once."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str
    is_grouped: bool


def view(table: Table, marks: Mapping[str, str], most: int = MAX_ROWS) -> View:
    """The table with the marks of the backends, which are the classes of their names."""
    table = table if most > MAX_ROWS else shortened(table)
    columns = tuple(
        Column(name, table.is_numeric(i) and bool(table.rows), marks.get(name, ""))
        for i, name in enumerate(table.columns)
    )
    is_grouped = table.columns[:1] == ("network",)
    rows = tuple(
        Row(tuple(_cell(name, text, marks) for name, text in zip(table.columns, row, strict=True)), is_first)
        for row, is_first in zip(table.rows, _firsts(table.rows), strict=True)
    )
    return View(table.title, columns, rows, table.note, is_grouped)


def _firsts(rows: Sequence[Cells]) -> list[bool]:
    return [i == 0 or row[0] != rows[i - 1][0] for i, row in enumerate(rows)]


def _cell(column: str, text: str, marks: Mapping[str, str]) -> Cell:
    if column in NAMES:
        return Cell(text, mark=marks.get(text.removesuffix(" †"), ""))
    if column in VERDICTS:
        return Cell(text, badge=BADGES.get(text, "open"))
    return Cell(text)
