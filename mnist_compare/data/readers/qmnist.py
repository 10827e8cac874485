"""QMNIST in the IDX format: images as MNIST has them, and labels of eight columns, of which the first is the digit."""

from pathlib import Path

import numpy as np

from mnist_compare.data.idx import INTEGER
from mnist_compare.data.readers.arrays import as_labels
from mnist_compare.data.readers.idx_names import find_idx, read_found, spellings
from mnist_compare.data.readers.reader import Images, Labels, ReadData, Reader, ReadOptions
from mnist_compare.errors import DataError

FILES = {
    "train": ("qmnist-train-images-idx3-ubyte", "qmnist-train-labels-idx2-int"),
    "test": ("qmnist-test-images-idx3-ubyte", "qmnist-test-labels-idx2-int"),
}
COLUMNS = 8


def recognizes(path: Path) -> bool:
    """A folder with files of QMNIST's names, or one of these."""
    names = [name for pair in FILES.values() for name in pair]
    if path.is_file():
        return any(path.name in spellings(name) for name in names)
    return any(find_idx(path, name) for name in names)


def read(path: Path, options: ReadOptions) -> ReadData:
    """60,000 training and 60,000 test images, as published."""
    folder = path.parent if path.is_file() else path
    return ReadData(*_read_part(folder, "train"), *_read_part(folder, "test"))


def _read_part(folder: Path, part: str) -> tuple[Images, Labels]:
    images, labels = FILES[part]
    if missing := [name for name in (images, labels) if not find_idx(folder, name)]:
        raise DataError(f"Folder {folder} lacks {' and '.join(missing)}, plain or with .gz. Put the files there.")
    table = read_found(folder, labels, 2, INTEGER)
    if table.shape[1] != COLUMNS:
        raise DataError(
            f"{folder}: {labels} has {table.shape[1]} columns, where {COLUMNS} are valid: the digit is the first. "
            "Download it again."
        )
    digits = as_labels(f"{folder}: {labels}", table[:, 0].astype(np.int64))
    return read_found(folder, images, 3), digits


READER = Reader("qmnist", "QMNIST's IDX files, with eight columns of labels, plain or gzip", recognizes, read)
