"""Tables, figures and words as Markdown."""

import re

from mnist_compare.document.figure import Figure
from mnist_compare.document.table import Table, shortened

# Characters that Markdown reads as markup. An underscore within a word is none, and reads better as it is.
_MARKUP = re.compile(r"[\\`*<>\[\]|]|(?<![^\W_])_|_(?![^\W_])")


def table_markdown(table: Table) -> str:
    """The table, without its title, and its note below; "" for a table without rows."""
    if not table.rows:
        return ""
    table = shortened(table)
    rule = ["---:" if table.is_numeric(i) else ":---" for i in range(len(table.columns))]
    lines = [map(escape, table.columns), rule, *(map(escape, row) for row in table.rows)]
    text = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"{text}\n\n{escape(table.note)}" if table.note else text


def image_markdown(figure: Figure, path: str) -> str:
    """The figure at a path relative to the document, with its caption for those who cannot see it."""
    return f"![{escape(figure.caption)}](<{path}>)"


def escape(text: str) -> str:
    """The text as Markdown that shows just this text, in one line, also within a table."""
    return _MARKUP.sub(lambda found: "\\" + found[0], " ".join(text.split()))
