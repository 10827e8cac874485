"""KMNIST and Kuzushiji-49 as four .npz files, each with one array `arr_0`."""

import csv
import io
import re
from pathlib import Path

from mnist_compare.data.readers.arrays import as_images, as_labels
from mnist_compare.data.readers.files import check_size, entries, read_bounded, reading
from mnist_compare.data.readers.npz_members import listed, npz_names, read_members
from mnist_compare.data.readers.reader import MAX_BYTES, Images, Labels, ReadData, Reader, ReadOptions
from mnist_compare.errors import DataError, UsageError, unknown

FILE = re.compile(r"(kmnist|k49)-(train|test)-(imgs|labels)\.npz")
KEY = "arr_0"
MAX_MAP_BYTES = 100_000


def recognizes(path: Path) -> bool:
    """A folder with files of these names, or one of them."""
    return bool(FILE.fullmatch(path.name)) if path.is_file() else bool(_sets(path))


def _sets(folder: Path) -> list[str]:
    return sorted({match[1] for each in entries(folder) if (match := FILE.fullmatch(each.name))})


def read(path: Path, options: ReadOptions) -> ReadData:
    """The set that is there, or that the option `split` says: kmnist or k49."""
    match = FILE.fullmatch(path.name) if path.is_file() else None
    folder = path.parent if match else path
    found = [match[1]] if match else _sets(path)
    if options.split and options.split not in found:
        raise unknown("set of Kuzushiji", options.split, found, f"These are in {folder}.")
    if len(found) > 1 and not options.split:
        raise UsageError(f"{folder} holds {' and '.join(found)}. Say which, such as {folder}#split={found[0]}.")
    name = options.split or found[0]
    return ReadData(*_read_part(folder, name, "train"), *_read_part(folder, name, "test"), _class_names(folder, name))


def _read_part(folder: Path, name: str, part: str) -> tuple[Images, Labels]:
    paths = [folder / f"{name}-{part}-{kind}.npz" for kind in ("imgs", "labels")]
    if missing := [path.name for path in paths if not path.is_file()]:
        raise DataError(f"Folder {folder} lacks {' and '.join(missing)}. Put the missing files there.")
    arrays = []
    for path in paths:
        check_size(path, MAX_BYTES, ".npz file")
        names = npz_names(path)
        if KEY not in names:
            raise DataError(f"{path} holds {listed(names)}, where {KEY} is valid. Download it again.")
        arrays += read_members(path, [KEY])
    return as_images(f"{paths[0]}: {KEY}", arrays[0]), as_labels(f"{paths[1]}: {KEY}", arrays[1])


def _class_names(folder: Path, name: str) -> tuple[str, ...]:
    """The signs that the published map of the classes has, where it lies beside the arrays: index, codepoint, char."""
    path = folder / f"{name}_classmap.csv"
    if not path.is_file():
        return ()
    with reading(path, "map of classes"):
        text = read_bounded(path, "map of classes", MAX_MAP_BYTES).decode("utf-8-sig")
        rows = [row for row in csv.DictReader(io.StringIO(text)) if row]
        found = {int(row["index"]): row["char"] for row in rows}
    if sorted(found) != list(range(len(rows))):
        raise DataError(f"{path} does not number the classes from 0 on, each once. Download it again.")
    return tuple(found[index] for index in range(len(found)))


READER = Reader(
    "kuzushiji",
    "the four .npz files of KMNIST, or of Kuzushiji-49, with their map of the classes where it lies beside them",
    recognizes,
    read,
)
