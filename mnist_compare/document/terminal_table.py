"""Tables in a terminal: as many columns as it has room for, and no number broken over two lines."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.table import Table as RichTable
from rich.text import Text

from mnist_compare.document.table import Table
from mnist_compare.records.record import Status

GAP = 3  # between two columns
NAME = 12  # letters of a network or backend that stand in one line at least
NO_LETTERS: Mapping[str, int] = MappingProxyType({})

_STYLES = {
    Status.DIVERGED: "yellow",
    Status.REFUSED: "cyan",
    Status.FAILED: "red",
    Status.CRASHED: "bold red",
    Status.INTERRUPTED: "magenta",
    Status.PRUNED: "blue",
}


class Fitted:
    """A table that folds its headings and names where the terminal is narrow, but never its numbers.

    Where that is not enough it gives up columns: those of `spare`, in that order, and says so. Where that is not enough
    either, it is wider than the terminal. `letters` are the columns of names of which more or fewer letters than usual
    stand in one line at least.
    """

    def __init__(self, table: Table, spare: tuple[str, ...] = (), letters: Mapping[str, int] = NO_LETTERS) -> None:
        self._table, self._spare, self._letters = table, spare, letters

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RichTable | Text]:
        table = self._table
        left_out = []
        for spare in self._spare:
            if spare in table.columns and _folded_width(table, self._letters) > options.max_width:
                table = table.select(*(column for column in table.columns if column != spare))
                left_out.append(spare)
        shown = rich_table(table, folded=_width(table) > options.max_width)
        if (least := _folded_width(table, self._letters)) > options.max_width:
            shown.width = least  # the terminal breaks the lines; rich would leave columns out
        yield shown
        if left_out:
            yield Text(f"Left out for want of room: {', '.join(left_out)}.", style="dim")


def rich_table(table: Table, *, folded: bool = False) -> RichTable:
    """The table with its title, numbers at the right and the statuses coloured; names are never cut off.

    `folded` keeps the numbers whole and folds the rest, where there is no room for all of it.
    """
    title = Text(table.title)  # which is no markup, whatever names it holds
    shown = RichTable(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for i, name in enumerate(table.columns):
        width = _column_width(table, i) if folded and table.is_numeric(i) else None
        shown.add_column(Text(name), justify="right" if table.is_numeric(i) else "left", overflow="fold", width=width)
    above = ""
    for row in table.rows:
        cells = [_cell(name, cell) for name, cell in zip(table.columns, row, strict=True)]
        if table.columns[0] == "network":
            # A group's label may be long: it stands in the first of its rows only.
            cells[0], above = (Text() if row[0] == above else cells[0]), row[0]
        shown.add_row(*cells)
    return shown


def _cell(column: str, text: str) -> Text:
    return Text(text, style=_STYLES.get(Status(text), "") if column == "status" else "")


def _width(table: Table) -> int:
    """The width of the table with nothing folded."""
    return _total([max(cell_len(name), _cell_width(table, i)) for i, name in enumerate(table.columns)])


def _folded_width(table: Table, letters: Mapping[str, int]) -> int:
    """The least width that leaves the numbers whole, and so many letters of the names in a column."""
    return _total([_column_width(table, i, letters.get(name, NAME)) for i, name in enumerate(table.columns)])


def _total(widths: list[int]) -> int:
    return sum(widths) + GAP * len(widths) - 1


def _column_width(table: Table, column: int, letters: int = NAME) -> int:
    """The longest number (of names, as much as need not be folded), or the longest word of the heading above."""
    cells = _cell_width(table, column)
    words = [cell_len(word) for word in table.columns[column].split()]
    return max(cells if table.is_numeric(column) else min(letters, cells), *words)


def _cell_width(table: Table, column: int) -> int:
    return max((cell_len(row[column]) for row in table.rows), default=0)
