"""What a table in a text file looks like: its delimiter, the names of its columns, which of them is the label."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mnist_compare.data.readers.files import head, is_text
from mnist_compare.errors import UsageError, unknown

DELIMITERS = ",;\t|"
LABELS = ("label", "labels", "class", "target", "y", "digit", "category", "character", "class_label", "labels_class")
IMAGES = ("image", "file", "filename", "file_name", "filepath", "path", "image_path", "img", "img_path", "image_name")
SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


class Layout(NamedTuple):
    """The delimiter, and the names of the columns, where the first line has them."""

    delimiter: str
    columns: tuple[str, ...]
    width: int


def table_layout(path: Path) -> Layout | None:
    """The layout of a table, by its first line; None for what is none."""
    start = head(path, 200_000)
    if not is_text(start):
        return None
    try:
        first = start.partition(b"\n")[0].removeprefix(b"\xef\xbb\xbf").decode().rstrip("\r")
    except UnicodeDecodeError:
        return None
    return layout_of(first)


def layout_of(first: str) -> Layout:
    """The layout that the first line says: numbers alone are a first row, and no names."""
    delimiter = max(DELIMITERS, key=first.count)
    cells = cells_of(first, delimiter)
    names = () if all(not cell or NUMBER.fullmatch(cell) for cell in cells) else tuple(cells)
    return Layout(delimiter, names, len(cells))


def cells_of(line: str, delimiter: str) -> list[str]:
    """The cells of a line, without blanks and quotes around them."""
    row = next(csv.reader([line], delimiter=delimiter), [])
    return [cell.strip() for cell in row]


def number_of(cell: str) -> float | None:
    """The number in a cell, written as numbers are in tables: Python would take 1_0 for 10, and nan for a number."""
    return float(cell) if NUMBER.fullmatch(cell) else None


def is_table_name(path: Path) -> bool:
    """Whether a file is called as tables are."""
    return path.name.lower().endswith(SUFFIXES)


def find_column(where: str, columns: Sequence[str], asked: str, usual: Sequence[str], option: str) -> str | None:
    """The column that was asked for, or the only one with a usual name, or None.

    Raises UsageError for one that is not there, and where several have usual names.
    """
    if asked:
        if asked not in columns:
            raise unknown("column", asked, columns[:20], f"{where} has {len(columns):,} columns.")
        return asked
    found = [name for name in columns if name.lower() in usual]
    if len(found) > 1:
        raise UsageError(f"{where} has the columns {', '.join(found)}. Say which, such as {where}#{option}={found[0]}.")
    return found[0] if found else None
