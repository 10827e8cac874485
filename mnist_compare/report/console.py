"""The report as rich renderables, for a terminal of 80 columns or more."""

from collections.abc import Sequence

from rich import box
from rich.console import Group as Renderables
from rich.console import RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from mnist_compare.certify.certificate import Certificate
from mnist_compare.report.attribution import attribution_table
from mnist_compare.report.certified import certificate_sentences, certified_groups
from mnist_compare.report.environment import warnings
from mnist_compare.report.statistics import Group, group_runs, speed_sentences
from mnist_compare.report.summary import accuracy_sentences, withheld_sentences
from mnist_compare.report.tables import Table, accuracy_table, runtime_table, unfinished_table
from mnist_compare.results import Record, Status

_ACCURACY = ("network", "backend", "test accuracy", "test loss", "train accuracy", "runs")
_RUNTIME = ("network", "backend", "training s", "images/s", "relative time", "peak memory MB")
_STYLES = {
    Status.DIVERGED: "yellow",
    Status.REFUSED: "cyan",
    Status.FAILED: "red",
    Status.CRASHED: "bold red",
    Status.INTERRUPTED: "magenta",
}


def render(records: Sequence[Record], certificate: Certificate | None = None) -> RenderableType:
    """Accuracy and runtime, the runs that did not finish, warnings, and the findings in sentences at the end."""
    groups = certified_groups(group_runs(records), certificate)
    tables = [_compact(accuracy_table(groups), groups, _ACCURACY), _compact(runtime_table(groups), groups, _RUNTIME)]
    parts: list[RenderableType] = [
        rich_table(table) for table in (*tables, attribution_table(groups), unfinished_table(groups)) if table.rows
    ]
    parts += [Text(f"Note: {warning}", style="yellow") for warning in warnings(records)]
    parts += [Text(sentence) for sentence in accuracy_sentences(groups)]
    if certificate:
        parts += [Text(f"Certificate: {sentence}") for sentence in certificate_sentences(groups, certificate)]
    parts += [Text(sentence, style="yellow") for sentence in withheld_sentences(groups)]
    parts += [Text(sentence, style="bold") for sentence in speed_sentences(groups)]
    return Renderables(*parts) if parts else Text("There are no runs yet.")


def rich_table(table: Table) -> RichTable:
    """The table with its title, numbers at the right and the statuses coloured; names are never cut off."""
    shown = RichTable(
        title=Text(table.title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for i, name in enumerate(table.columns):
        shown.add_column(Text(name), justify="right" if table.is_numeric(i) else "left", overflow="fold")
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


def _compact(table: Table, groups: Sequence[Group], columns: tuple[str, ...]) -> Table:
    """The columns that fit a terminal; the network goes into the title where there is only one."""
    finished = [group for group in groups if group.finished]
    if len(finished) != 1:
        return table.select(*columns)
    chosen = table.select(*(name for name in columns if name != "network"))
    return Table(f"{table.title}: {finished[0].label}", chosen.columns, chosen.rows, chosen.note)
