"""EMNIST in the IDX format: six splits, whose images are published lying on their side."""

import re
from pathlib import Path

import numpy as np

from mnist_compare.data.readers.arrays import as_labels
from mnist_compare.data.readers.files import entries
from mnist_compare.data.readers.idx_names import find_idx, read_found
from mnist_compare.data.readers.reader import Images, Labels, ReadData, Reader, ReadOptions
from mnist_compare.errors import DataError, UsageError, unknown

DIGITS = tuple("0123456789")
CAPITALS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
MERGED = (*DIGITS, *CAPITALS, *"abdefghnqrt")
CLASSES = {
    "balanced": MERGED,
    "byclass": (*DIGITS, *CAPITALS, *"abcdefghijklmnopqrstuvwxyz"),
    "bymerge": MERGED,
    "digits": DIGITS,
    "letters": CAPITALS,
    "mnist": DIGITS,
}
"""The splits, and what their labels stand for; those of letters begin with 1."""
FILE = re.compile(rf"emnist-({'|'.join(CLASSES)})-(train|test)-(images|labels)[-.]idx[13]-ubyte(\.gz)?")
TURNED = "The images of EMNIST are published transposed: they were turned upright."


def recognizes(path: Path) -> bool:
    """A folder with files of EMNIST's names, or one of these."""
    return bool(FILE.fullmatch(path.name)) if path.is_file() else bool(_splits(path))


def _splits(folder: Path) -> list[str]:
    return sorted({match[1] for each in entries(folder) if (match := FILE.fullmatch(each.name))})


def read(path: Path, options: ReadOptions) -> ReadData:
    """The split that is there, or that the option says."""
    match = FILE.fullmatch(path.name) if path.is_file() else None
    folder = path.parent if match else path
    found = [match[1]] if match else _splits(path)
    if options.split and options.split not in found:
        raise unknown("split of EMNIST", options.split, found, f"These are in {folder}.")
    if len(found) > 1 and not options.split:
        raise UsageError(
            f"{folder} holds {len(found)} splits of EMNIST: {', '.join(found)}. Say which, such as "
            f"{folder}#split={found[0]}."
        )
    split = options.split or found[0]
    train, test = _read_part(folder, split, "train"), _read_part(folder, split, "test")
    renumbered = ("The labels of the split letters are published from 1 on: 0 stands for A.",)
    return ReadData(*train, *test, CLASSES[split], (TURNED, *(renumbered if split == "letters" else ())))


def _read_part(folder: Path, split: str, part: str) -> tuple[Images, Labels]:
    names = f"emnist-{split}-{part}-images-idx3-ubyte", f"emnist-{split}-{part}-labels-idx1-ubyte"
    if missing := [name for name in names if not find_idx(folder, name)]:
        raise DataError(f"Folder {folder} lacks {' and '.join(missing)}, plain or with .gz. Put the files there.")
    where = f"{folder}: {names[1]}"
    images = read_found(folder, names[0], 3)
    labels = as_labels(where, read_found(folder, names[1], 1)) - (split == "letters")
    classes = CLASSES[split]
    wrong = np.flatnonzero((labels < 0) | (labels >= len(classes)))
    if wrong.size:
        first, least = int(wrong[0]), int(split == "letters")
        raise DataError(
            f"{where}[{first}] is {labels[first] + least}, where labels from {least} to {len(classes) - 1 + least} "
            f"are valid in {split}. Download the files again."
        )
    return np.ascontiguousarray(images.transpose(0, 2, 1)), labels


READER = Reader(
    "emnist",
    "EMNIST's IDX files, plain or gzip: #split=balanced, byclass, bymerge, digits, letters or mnist where several are "
    "in a folder; turned upright",
    recognizes,
    read,
)
