"""Tables as the page's template shows them: what stands at the right, who has a mark, what is a badge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mnist_compare.document.table import MAX_ROWS, Cells, Table, shortened

NAMES = ("backend",)
BADGES = {
    "match": "yes",
    "equal": "yes",
    "yes": "yes",
    "differ": "no",
    "larger": "no",
    "smaller": "no",
    "NO": "no",
}
"""Word of a verdict -> its shape; all other verdicts are open."""
VERDICTS = ("verdict", "match")
NUMBER, LONG, MOST = 24, 40, 1_000
"""Letters that a number has at most, a cell that is to be broken into lines, and any cell."""


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
    """A column: its name, how it is set (`n` for numbers, `long` for sentences), and the mark as in a cell."""

    name: str
    kind: str
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
    columns = tuple(Column(name, _kind(table, i), marks.get(name, "")) for i, name in enumerate(table.columns))
    is_grouped = table.columns[:1] == ("network",)
    rows = tuple(
        Row(tuple(_cell(name, text, marks) for name, text in zip(table.columns, row, strict=True)), is_first)
        for row, is_first in zip(table.rows, _firsts(table.rows), strict=True)
    )
    return View(table.title, columns, rows, table.note, is_grouped)


def _kind(table: Table, column: int) -> str:
    longest = max((len(row[column]) for row in table.rows), default=0)
    if longest > LONG:
        return "long"
    return "n" if longest <= NUMBER and table.is_numeric(column) else ""


def _firsts(rows: Sequence[Cells]) -> list[bool]:
    return [i == 0 or row[0] != rows[i - 1][0] for i, row in enumerate(rows)]


def _cell(column: str, text: str, marks: Mapping[str, str]) -> Cell:
    if len(text) > MOST:
        text = f"{text[: MOST - 1]}…"
    if column in NAMES:
        return Cell(text, mark=marks.get(text.removesuffix(" †"), ""))
    if column in VERDICTS:
        return Cell(text, badge=BADGES.get(text, "open"))
    return Cell(text)
