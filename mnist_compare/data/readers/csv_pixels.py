"""A table of pixels, one image in a row, with a column of labels: as Kaggle has MNIST and sets like it."""

from collections.abc import Iterator
from itertools import chain, islice
from math import isqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.readers.arrays import as_images, as_labels, named_classes, numbered
from mnist_compare.data.readers.files import entries
from mnist_compare.data.readers.reader import MAX_BYTES, Images, ReadData, Reader, ReadOptions
from mnist_compare.data.readers.table import (
    LABELS,
    Layout,
    cells_of,
    find_column,
    is_table_name,
    layout_of,
    number_of,
    table_layout,
)
from mnist_compare.data.readers.text_lines import text_lines
from mnist_compare.errors import DataError, UsageError

ROWS = 2000
"""So many rows are made into numbers at a time."""
LEAST_PIXELS = 4


class Table(NamedTuple):
    """The images of a file, and their labels as they are written; None where it has no labels."""

    images: Images
    labels: list[str] | None


def recognizes(path: Path) -> bool:
    """A table with at least four columns of pixels, or a folder with one for training."""
    if path.is_dir():
        return any(_is_pixels(each) for each in _training_tables(path))
    return path.is_file() and (is_table_name(path) or path.suffix == ".txt" or not path.suffix) and _is_pixels(path)


def _is_pixels(path: Path) -> bool:
    layout = table_layout(path)
    return is_table_name(path) if layout is None else layout.width > LEAST_PIXELS


def _training_tables(folder: Path) -> list[Path]:
    return [each for each in entries(folder) if is_table_name(each) and "train" in each.name.lower()]


def read(path: Path, options: ReadOptions) -> ReadData:
    """The training images of the file, and the test images of the file beside it whose name has test for train."""
    file = _training_table(path)
    train = read_table(file, options)
    if train.labels is None:
        raise DataError(
            f"{file} has no column of labels: its {train.images[0].size:,} columns are the pixels of a square "
            "image. Give the table with the labels, or say its column, such as #label=NAME."
        )
    notes: list[str] = []
    test = _read_test(file, options, notes)
    labels, test_labels, names = _labels(file, train.labels, test.labels if test else None)
    images, test_images = train.images, test.images if test else None
    if is_transposed(file):
        notes.append("The images of EMNIST are published transposed: they were turned upright.")
        images = images.transpose(0, 2, 1)
        test_images = None if test_images is None else test_images.transpose(0, 2, 1)
    return ReadData(images, labels, test_images, test_labels, names, tuple(notes))


def is_transposed(file: Path) -> bool:
    """Whether the table is one of EMNIST's, whose images are published transposed."""
    return file.name.lower().startswith("emnist-")


def _training_table(path: Path) -> Path:
    if path.is_file():
        return path
    found = _training_tables(path)
    if len(found) > 1:
        raise UsageError(f"{path} holds {', '.join(each.name for each in found)}. Give one of these files.")
    return found[0]


def _read_test(file: Path, options: ReadOptions, notes: list[str]) -> Table | None:
    name = file.name.replace("train", "test").replace("Train", "Test").replace("TRAIN", "TEST")
    other = file.with_name(name)
    if name == file.name or not other.is_file():
        return None
    if options.test_share:
        notes.append(f"{other} was not read: the test images were taken from {file.name}, as it was asked for.")
        return None
    test = read_table(other, options)
    if test.labels is None:
        notes.append(f"{other} has no column of labels, so it was left out.")
        return None
    notes.append(f"The test images are those of {other}.")
    return test


def _labels(
    file: Path, train: list[str], test: list[str] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64] | None, tuple[str, ...]]:
    """The labels as numbers, and the names of the classes where the labels are words."""
    numbers = [[number_of(text) for text in texts] for texts in (train, test or [])]
    if None in numbers[0] or None in numbers[1]:
        names = named_classes(train)
        return numbered(str(file), train, names), test and numbered(f"{file}: the test part", test, names), names  # type: ignore[return-value]
    return (
        as_labels(f"{file}: label", np.array(numbers[0], np.float64)),
        None if test is None else as_labels(f"{file}: label of the test part", np.array(numbers[1], np.float64)),
        (),
    )


def read_table(path: Path, options: ReadOptions) -> Table:
    """The images and labels of one table; raises DataError that names the line of what is wrong."""
    lines = ((number, line) for number, line in enumerate(text_lines(path), 1) if line.strip())
    first = next(lines, None)
    if first is None:
        raise DataError(f"{path} has no line. Give a table with one image in a row.")
    layout = layout_of(first[1])
    place = _label_place(path, layout, options)
    side = _side(path, layout, place)
    rows = lines if layout.columns else chain([first], lines)
    blocks, labels = [], []
    while block := list(islice(rows, ROWS)):
        images, texts = _block(path, layout, place, block)
        blocks.append(images.reshape(-1, side, side))
        labels += texts
        if len(labels) * side * side > MAX_BYTES:
            raise DataError(f"{path} has more than {MAX_BYTES:,} pixels, the most that are read.")
    if not blocks:
        raise DataError(f"{path} has names of columns, but no image below them.")
    return Table(np.concatenate(blocks), labels if place is not None else None)


def _label_place(path: Path, layout: Layout, options: ReadOptions) -> int | None:
    """Which column the labels are in; without names of columns, the first, where the others are a square image."""
    if layout.columns:
        name = find_column(str(path), layout.columns, options.label, LABELS, "label")
        if name is not None and layout.columns.count(name) > 1:
            raise DataError(f"{path} has several columns called {name}. Rename all but one.")
        return None if name is None else layout.columns.index(name)
    if options.label:
        raise UsageError(f"{path} has no names of columns, so label={options.label} is none of them. Leave it out.")
    return None if _is_square(layout.width) and not _is_square(layout.width - 1) else 0


def _is_square(number: int) -> bool:
    return number > 0 and isqrt(number) ** 2 == number


def _side(path: Path, layout: Layout, place: int | None) -> int:
    pixels = layout.width - (place is not None)
    if not _is_square(pixels):
        near = max(1, isqrt(pixels))
        valid = " or ".join(f"{side * side:,} ({side}x{side})" for side in dict.fromkeys((near, 28)))
        raise DataError(
            f"{path} has {layout.width:,} columns, of which {pixels:,} would be pixels"
            f"{'' if place is None else ' and one the label'}: valid are the pixels of square gray images, such as "
            f"{valid}. Take other columns away."
        )
    return isqrt(pixels)


def _block(
    path: Path, layout: Layout, place: int | None, block: list[tuple[int, str]]
) -> tuple[NDArray[np.uint8], list[str]]:
    """The pixels of some rows, [N, P], and their labels as they are written."""
    texts, rest = [], []
    for number, line in block:
        if line.count(layout.delimiter) != layout.width - 1 and len(cells_of(line, layout.delimiter)) != layout.width:
            found = len(cells_of(line, layout.delimiter))
            raise DataError(
                f"{path}: line {number:,} has {found:,} columns, where the first line has {layout.width:,}. "
                "Mend the line, or take it away."
            )
        text, pixels = _split(line, layout, place)
        if place is not None and not text:
            raise DataError(f"{path}: line {number:,} has no label. Fill it in, or take the line away.")
        texts.append(text)
        rest.append(pixels)
    try:
        numbers = np.loadtxt(rest, np.float64, delimiter=layout.delimiter, comments=None, ndmin=2)
    except (ValueError, OverflowError):
        raise _wrong_cell(path, layout, place, block) from None
    if not ((numbers >= 0) & (numbers <= 255) & (numbers == np.floor(numbers))).all():
        raise _wrong_cell(path, layout, place, block)
    return as_images(str(path), numbers.astype(np.int64)).reshape(len(rest), -1), texts


def _split(line: str, layout: Layout, place: int | None) -> tuple[str, str]:
    """The label of a line, and the rest of it, without quotes."""
    if '"' not in line and place in (None, 0):
        label, _, rest = line.partition(layout.delimiter) if place == 0 else ("", "", line)
        return label.strip(), rest
    cells = cells_of(line, layout.delimiter)
    label = "" if place is None else cells.pop(place)
    return label, layout.delimiter.join(cells)


def _wrong_cell(path: Path, layout: Layout, place: int | None, block: list[tuple[int, str]]) -> DataError:
    """The error for the first cell that is no pixel."""
    for number, column, cell in _pixel_cells(layout, place, block):
        where = f"{path}: line {number:,}, column {layout.columns[column] if layout.columns else column + 1}"
        if not cell:
            return DataError(f"{where} is empty, where whole numbers from 0 to 255 are valid. Fill the cell in.")
        value = number_of(cell)
        if value is None or not (0 <= value <= 255 and value.is_integer()):
            return DataError(
                f"{where} is {cell[:40]!r}, where whole numbers from 0 to 255 are valid. Scale the pixels to that "
                "range, and round, or mend the cell."
            )
    return DataError(f"{path}: line {block[0][0]:,} or one below it cannot be read as numbers. Mend it.")


def _pixel_cells(layout: Layout, place: int | None, block: list[tuple[int, str]]) -> Iterator[tuple[int, int, str]]:
    for number, line in block:
        for column, cell in enumerate(cells_of(line, layout.delimiter)):
            if column != place:
                yield number, column, cell


READER = Reader(
    "csv",
    "a CSV or TSV table, plain or gzip, with a row for each image, a column of labels and one for each pixel (Kaggle's "
    "train.csv); the table beside it with test for train in its name is the test part",
    recognizes,
    read,
)
