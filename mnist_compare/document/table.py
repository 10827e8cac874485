"""A table as plain data: made once, shown as Markdown, on the console, or elsewhere."""

from dataclasses import dataclass, replace

from mnist_compare.document.words import NOTHING

Cells = tuple[str, ...]
MAX_ROWS = 200
ALL = "results.csv has every run."


@dataclass(frozen=True)
class Table:
    """A title, the names of the columns, the rows of as many cells, and a note to stand below ("" for none); `whole`
    says where all rows are, for a reader who is shown the first ones.
    """

    title: str
    columns: Cells
    rows: tuple[Cells, ...]
    note: str = ""
    whole: str = ALL

    def select(self, *columns: str) -> "Table":
        """The same table with only these columns, of those that it has."""
        kept = [i for i, name in enumerate(self.columns) if name in columns]
        rows = tuple(tuple(row[i] for i in kept) for row in self.rows)
        return replace(self, columns=tuple(self.columns[i] for i in kept), rows=rows)

    def is_numeric(self, column: int) -> bool:
        """Whether the cells of a column are numbers, so that they stand better at the right."""
        cells = [row[column] for row in self.rows if row[column] != NOTHING]
        return all(cell.lstrip("+-")[:1].isdigit() for cell in cells)


def shortened(table: Table) -> Table:
    """The table with as many rows as a reader looks through, and a note on the others."""
    more = len(table.rows) - MAX_ROWS
    if more <= 0:
        return table
    note = f"{more:,} more rows are left out. {table.whole}"
    return replace(table, rows=table.rows[:MAX_ROWS], note=" ".join(filter(None, (table.note, note))))
