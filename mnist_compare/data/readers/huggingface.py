"""Parquet and Arrow files as Hugging Face writes them: images as files of bytes or as arrays, labels with names."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mnist_compare.data.readers.arrays import as_images, as_labels, named_classes, numbered
from mnist_compare.data.readers.arrow_files import SUFFIXES, Schema, batches, is_arrow, open_schema
from mnist_compare.data.readers.changer import Changer
from mnist_compare.data.readers.files import entries
from mnist_compare.data.readers.pictures import Picture, decode_picture, stack, with_channels
from mnist_compare.data.readers.reader import MAX_BYTES, Images, ReadData, Reader, ReadOptions
from mnist_compare.data.readers.table import LABELS, find_column
from mnist_compare.errors import DataError, UsageError

IMAGES = ("image", "img", "images", "pixels", "pixel_values", "picture")
SPLIT = re.compile(r"(?:^|[-_./])(train|test|validation|valid|val)(?=[-_./]|$)")
PARTS = {"train": "train", "test": "test", "validation": "validation", "valid": "validation", "val": "validation"}


class Columns(NamedTuple):
    """Which columns are read, and the names of the classes, where the schema has them."""

    image: str
    label: str
    names: tuple[str, ...]


class Part(NamedTuple):
    """The images of a part, and its labels as they stand there: numbers or texts."""

    images: Images
    labels: list[Any]


def recognizes(path: Path) -> bool:
    """A Parquet or Arrow file, or a folder with some for training, or with a folder `train` or `data` of them."""
    return is_arrow(path) if path.is_file() else "train" in _files(path)


def _files(folder: Path) -> dict[str, list[Path]]:
    """The files of each part, by what they, or the folders they lie in, are called."""
    found: dict[str, list[Path]] = {}
    inner = [each for each in entries(folder) if each.is_dir() and each.name in (*PARTS, "data")]
    for each in [*entries(folder), *(file for one in inner for file in entries(one))]:
        match = SPLIT.findall(str(each.relative_to(folder).with_suffix("")))
        if each.suffix in SUFFIXES and match and not each.name.startswith("cache-"):
            found.setdefault(PARTS[match[-1]], []).append(each)
    return found


def read(path: Path, options: ReadOptions) -> ReadData:
    """The parts that are there. Of a file called train, the other parts are those beside it."""
    parts = _files(path) if path.is_dir() else _parts_of(path)
    if options.test_share:
        parts.pop("test", None)
    columns = _columns(parts["train"][0], options)
    changer = Changer(options.changes)
    found = {part: _read_part(files, columns, changer) for part, files in parts.items()}
    most = max(1 if each.images.ndim == 3 else each.images.shape[1] for each in found.values())
    images = {part: with_channels(each.images, most) for part, each in found.items()}
    names, texts = columns.names, isinstance(found["train"].labels[0], str)
    if texts:
        names = named_classes([str(label) for label in found["train"].labels])
    labels = {
        part: numbered(f"{path}: the {part} part", [str(label) for label in each.labels], names)
        if texts
        else as_labels(f"{path}: {columns.label} of the {part} part", np.array(each.labels))
        for part, each in found.items()
    }
    for part, each in labels.items():
        if names and each.max() >= len(names):
            raise DataError(
                f"{path}: the {part} part has the label {each.max()}, where 0 to {len(names) - 1} are valid: the "
                f"schema names {len(names):,} classes. Make the file again."
            )
    return ReadData.of_parts(images, labels, names, changes=changer.made)


def _parts_of(path: Path) -> dict[str, list[Path]]:
    beside = _files(path.parent)
    return beside if path in beside.get("train", []) else {"train": [path]}


def _columns(path: Path, options: ReadOptions) -> Columns:
    schema = open_schema(path)
    image = _column(path, schema, options.image, "Image", IMAGES, "image")
    label = _column(path, schema, options.label, "ClassLabel", (*LABELS, "fine_label"), "label")
    names = schema.features.get(label, {}).get("names", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        names = []
    return Columns(image, label, tuple(names))


def _column(path: Path, schema: Schema, asked: str, kind: str, usual: tuple[str, ...], option: str) -> str:
    described = [
        name for name, feature in schema.features.items() if feature.get("_type") == kind and name in schema.types
    ]
    if not asked and len(described) > 1:
        raise UsageError(
            f"{path} has the {option}s {', '.join(described)}. Say which, such as {path}#{option}={described[0]}."
        )
    found = (
        described[0] if described and not asked else find_column(str(path), list(schema.types), asked, usual, option)
    )
    if found is None:
        held = ", ".join(f"{name} ({type_})" for name, type_ in list(schema.types.items())[:10])
        raise DataError(
            f"{path} has no column called {', '.join(usual)}; it has {held[:500] or 'none'}. Say which one has the "
            f"{option}s: #{option}=NAME."
        )
    return found


def _read_part(files: list[Path], columns: Columns, changer: Changer) -> Part:
    labels: list[Any] = []
    blocks: list[Images] = []
    first = ""
    rows = sum(open_schema(path).rows for path in files)
    for path in files:
        for batch in batches(path, [columns.image, columns.label]):
            if not batch.num_rows:
                continue
            labels += _labels(path, columns, batch, len(labels))
            blocks.append(_images(path, columns, batch, sum(map(len, blocks)), changer))
            first = first or str(path)
            _check_block(path, first, blocks, rows)
    if not blocks:
        raise DataError(f"{files[0]} has no rows, and so no image. Give a file with at least 1.")
    most = max(1 if block.ndim == 3 else block.shape[1] for block in blocks)
    return Part(np.concatenate([with_channels(block, most) for block in blocks]), labels)


def _check_block(path: Path, first: str, blocks: list[Images], rows: int) -> None:
    if blocks[0].shape[-2:] != blocks[-1].shape[-2:]:
        sizes = [f"{block.shape[-1]} x {block.shape[-2]}" for block in (blocks[0], blocks[-1])]
        raise DataError(
            f"{path} has images of {sizes[1]}, but {first} of {sizes[0]}. Make all images of one "
            "size, for example by --resize 28."
        )
    if max(sum(block.nbytes for block in blocks), rows * blocks[0][0].nbytes) > MAX_BYTES:
        raise DataError(
            f"{path} has more than {MAX_BYTES:,} bytes of pixels, the most that are read. Make the images smaller."
        )


def _labels(path: Path, columns: Columns, batch: Any, start: int) -> list[Any]:
    values = batch.column(columns.label).to_pylist()
    for place, value in enumerate(values, start):
        if not isinstance(value, int | float | str) or isinstance(value, bool):
            found = "missing" if value is None else repr(value)[:40]
            raise DataError(
                f"{path}: {columns.label} of row {place:,} is {found}, where "
                "a whole number or a text is valid. Give one label per image."
            )
        if isinstance(value, str) != isinstance(values[0], str):
            raise DataError(f"{path}: {columns.label} has texts and numbers. Make all of one type.")
    return [float(value) if isinstance(value, int) and abs(value) > 2**53 else value for value in values]


def _images(path: Path, columns: Columns, batch: Any, start: int, changer: Changer) -> Images:
    values = batch.column(columns.image).to_pylist()
    where = f"{path}: {columns.image}"
    if all(isinstance(value, bytes | dict) for value in values):
        return stack(where, changer.pictures(_decoded(where, values, start)), len(values))
    if not all(isinstance(value, list) for value in values):
        kind = batch.schema.field(columns.image).type
        raise DataError(
            f"{where} is of type {str(kind)[:100]}, or has gaps, where files of images as bytes, and lists of pixels "
            "are valid. Say another column: #image=NAME."
        )
    try:
        images = as_images(where, np.array(values))
    except ValueError:
        raise DataError(f"{where} has lists of several lengths. Make all images of one size.") from None
    return changer.images(images, where)


def _decoded(where: str, values: list[Any], start: int) -> Iterator[Picture]:
    for place, value in enumerate(values, start):
        content = value.get("bytes") if isinstance(value, dict) else value
        if not isinstance(content, bytes):
            raise DataError(
                f"{where} of row {place:,} has no bytes: the file names an image that lies elsewhere. Save it with the "
                "images in it."
            )
        yield decode_picture(f"{where} of row {place:,}", content)


READER = Reader(
    "huggingface",
    "Parquet and Arrow files as Hugging Face writes them, one or a folder of them with their splits (needs pyarrow: "
    "mnist-compare[parquet])",
    recognizes,
    read,
)
