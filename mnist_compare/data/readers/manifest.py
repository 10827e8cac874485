"""A table that lists image files and their classes: `image,label`, and perhaps `split`."""

from pathlib import Path

from mnist_compare.data.readers.files import entries
from mnist_compare.data.readers.image_folder import PARTS
from mnist_compare.data.readers.labelled import read_labelled
from mnist_compare.data.readers.reader import ReadData, Reader, ReadOptions
from mnist_compare.data.readers.table import (
    IMAGES,
    LABELS,
    cells_of,
    find_column,
    is_table_name,
    layout_of,
    table_layout,
)
from mnist_compare.data.readers.text_lines import text_lines
from mnist_compare.errors import DataError, UsageError

SPLITS = ("split", "part", "subset")
MOST_COLUMNS = 100
MOST_ROWS = 2_000_000


def recognizes(path: Path) -> bool:
    """A table whose columns are called image (or file, path, ...) and label (or class, ...), or a folder with one."""
    if path.is_dir():
        return any(_is_manifest(each) for each in entries(path))
    return _is_manifest(path)


def _is_manifest(path: Path) -> bool:
    if not is_table_name(path):
        return False
    layout = table_layout(path)
    columns = [] if layout is None else [name.lower() for name in layout.columns]
    return 2 <= len(columns) <= MOST_COLUMNS and bool(set(columns) & set(IMAGES)) and bool(set(columns) & set(LABELS))


def read(path: Path, options: ReadOptions) -> ReadData:
    """The images that the table names, from where it lies, in the parts that its column `split` says."""
    tables = [path] if path.is_file() else [each for each in entries(path) if _is_manifest(each)]
    if len(tables) != 1:
        raise UsageError(f"{path} holds {', '.join(each.name for each in tables)}. Give one of these files.")
    table = tables[0]
    rows: dict[str, list[tuple[Path, str]]] = {"train": [], "validation": [], "test": []}
    for number, (name, label, part) in _rows(table, options):
        if part not in rows:
            valid = ", ".join(each for names in PARTS.values() for each in names[:1])
            raise DataError(f"{table}: line {number:,} has the split {part[:40]!r}, where {valid} are valid.")
        if not name or not label:
            raise DataError(f"{table}: line {number:,} has no {'label' if name else 'image'}. Fill it in.")
        file = table.parent / name
        if "\0" in name or not file.is_file():
            raise DataError(
                f"{table}: line {number:,} names {name[:200]!r}, but there is no file {file}. Mend the line."
            )
        rows[part].append((file, label))
    return read_labelled(str(table), rows, options.changes)


def _rows(table: Path, options: ReadOptions) -> list[tuple[int, tuple[str, str, str]]]:
    """The number of each line, and its image, label and part."""
    lines = [(number, line) for number, line in enumerate(text_lines(table), 1) if line.strip()]
    layout = layout_of(lines[0][1])
    image = find_column(str(table), layout.columns, options.image, IMAGES, "image")
    label = find_column(str(table), layout.columns, options.label, LABELS, "label")
    split = find_column(str(table), layout.columns, "", SPLITS, "split")
    if image is None or label is None:
        raise DataError(f"{table} has the columns {', '.join(layout.columns[:20])}, where image and label are valid.")
    if len(lines) > MOST_ROWS:
        raise DataError(f"{table} has more than {MOST_ROWS:,} rows, the most that are read.")
    found = []
    for number, line in lines[1:]:
        cells = cells_of(line, layout.delimiter)
        if len(cells) != layout.width:
            raise DataError(
                f"{table}: line {number:,} has {len(cells):,} columns, where the first line has {layout.width:,}. "
                "Mend the line."
            )
        row = dict(zip(layout.columns, cells, strict=True))
        found.append((number, (row[image], row[label], _part(row[split]) if split else "train")))
    return found


def _part(text: str) -> str:
    return next((part for part, names in PARTS.items() if text.lower() in names), text)


READER = Reader(
    "manifest",
    "a CSV table with the columns image and label (and split), which names image files from where it lies",
    recognizes,
    read,
)
