"""MATLAB's files as SVHN is published in them: X uint8 [32, 32, 3, N], and y [N, 1] with 10 for the digit 0."""

from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from mnist_compare.data.readers.arrays import as_images, as_labels
from mnist_compare.data.readers.files import check_size, entries, head, reading
from mnist_compare.data.readers.reader import MAX_BYTES, Images, Labels, ReadData, Reader, ReadOptions
from mnist_compare.errors import DataError, UsageError

MOST_COMPRESSED = 1032
HDF5 = b"\x89HDF"
FILES = ("train_32x32.mat", "test_32x32.mat")
MIX = "What is in the file is of another kind than SVHN's. Save X [height, width, channels, N] and y [N, 1]."


def recognizes(path: Path) -> bool:
    """A file of MATLAB, or a folder with SVHN's training file."""
    if path.is_dir():
        return any(each.name == FILES[0] for each in entries(path))
    return path.suffix.lower() == ".mat" or head(path, 20).startswith(b"MATLAB ")


def read(path: Path, options: ReadOptions) -> ReadData:
    """The file, and the one beside it whose name has test for train."""
    file = path / FILES[0] if path.is_dir() else path
    images, labels = _read_file(file)
    other = file.with_name(file.name.replace("train", "test"))
    if other == file and "extra" in file.name:
        raise UsageError(f"{file} is a further training part, without test images. Give {FILES[0]} beside it.")
    test = _read_file(other) if other != file and other.is_file() and not options.test_share else (None, None)
    labels, test_labels, notes = _from_zero(labels, test[1])
    return ReadData(images, labels, test[0], test_labels, (), notes)


def _from_zero(labels: Labels, test: Labels | None) -> tuple[Labels, Labels | None, tuple[str, ...]]:
    """SVHN has 10 for the digit 0, and no 0."""
    every = labels if test is None else np.concatenate([labels, test])
    if every.min() >= 1 and every.max() == 10:
        note = "Labels of 10, which stand for the digit 0 here, were made 0."
        return labels % 10, None if test is None else test % 10, (note,)
    return labels, test, ()


def _read_file(path: Path) -> tuple[Images, Labels]:
    from scipy.io import loadmat, whosmat

    check_size(path, MAX_BYTES, "file of MATLAB")
    if head(path, 600).startswith(HDF5) or b"HDF5" in head(path, 124):
        raise DataError(f"{path} is of MATLAB's version 7.3, which is not read. Save it with -v7.")
    with reading(path, "file of MATLAB"):
        sizes = {name: shape for name, shape, _ in whosmat(str(path))}
        _check_variables(path, sizes)
        found: dict[str, Any] = loadmat(str(path), variable_names=["X", "y"])
    if not all(isinstance(found.get(name), np.ndarray) for name in ("X", "y")):
        raise DataError(f"{path} has no arrays X and y. {MIX}")
    images, labels = found["X"], found["y"]
    if images.ndim not in (3, 4):
        raise DataError(f"{path}: X has shape {list(images.shape)}. {MIX}")
    return as_images(f"{path}: X", np.moveaxis(images, -1, 0)), as_labels(f"{path}: y", labels)


def _check_variables(path: Path, sizes: dict[str, tuple[int, ...]]) -> None:
    if missing := [name for name in ("X", "y") if name not in sizes]:
        held = ", ".join(list(sizes)[:20]) or "nothing"
        raise DataError(f"{path} lacks {' and '.join(missing)}; it holds {held}. {MIX}")
    bytes_there = path.stat().st_size * MOST_COMPRESSED
    for name in ("X", "y"):
        announced = prod(sizes[name])
        if announced > min(MAX_BYTES, bytes_there) or min(sizes[name], default=0) < 0:
            raise DataError(
                f"{path} announces {announced:,} values of {name}, where the file can have {bytes_there:,}, and "
                f"at most {MAX_BYTES:,} are read. Download it again."
            )


READER = Reader("mat", "SVHN's .mat files, train_32x32.mat with test_32x32.mat beside it: X and y", recognizes, read)
