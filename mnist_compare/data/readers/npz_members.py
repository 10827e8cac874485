"""The arrays of an .npz file, read within bounds, and never unpickled."""

import zipfile
from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.readers.files import head
from mnist_compare.data.readers.reader import MAX_BYTES
from mnist_compare.errors import DataError
from mnist_compare.io.reading import file_size

ZIP = b"PK\x03\x04"
MAX_NAMED = 20


def is_npz(path: Path) -> bool:
    """Whether it is an .npz file, by its name or by its first member."""
    if path.suffix.lower() == ".npz" and path.is_file():
        return True
    start = head(path, 300)
    return start.startswith(ZIP) and b".npy" in start


def npz_names(path: Path) -> list[str]:
    """The names of the arrays in it; raises DataError for a damaged one."""
    with _opened(path) as archive:
        return [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]


def read_members(path: Path, keys: Sequence[str]) -> list[NDArray[Any]]:
    """The arrays of these names, which are there; raises DataError where they are damaged, pickled, or too large."""
    with _opened(path) as archive:
        total = sum(archive.getinfo(f"{key}.npy").file_size for key in keys)
        if total > MAX_BYTES:
            raise DataError(
                f"{path} announces {total:,} bytes, but at most {MAX_BYTES:,} are read. Save its arrays as uint8."
            )
        return [_read_member(path, archive, key) for key in keys]


def listed(names: Sequence[str]) -> str:
    """The first of the names that a file holds."""
    return ", ".join(names[:MAX_NAMED]) or "nothing"


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        file_size(path, MAX_BYTES)
        return zipfile.ZipFile(path)
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}. Give a readable .npz file.") from None
    # For damaged bytes zipfile raises exceptions of many kinds, NotImplementedError and UnicodeDecodeError among them.
    except Exception as error:
        raise DataError(f"{path} is a damaged .npz file: {error}. Make or download it again.") from None


def _read_member(path: Path, archive: zipfile.ZipFile, key: str) -> NDArray[Any]:
    info = archive.getinfo(f"{key}.npy")
    try:
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError("it is compressed in another way than NumPy does it")
        with archive.open(info) as stream:
            array, rest = _read_array(stream, info.file_size), stream.read(1)
    # So do zlib and NumPy's parser, KeyError, RuntimeError and TokenError among them.
    except Exception as error:
        raise DataError(
            f"{path}: {key} cannot be read: {error}. Save it with np.savez as an array of integers."
        ) from None
    if rest:
        raise DataError(f"{path}: {key} is too long: bytes follow the array. Save it again with np.savez.")
    return array


def _read_array(stream: IO[bytes], size: int) -> NDArray[Any]:
    """The array of a member of `size` bytes; raises ValueError before it takes memory for more than these."""
    if np.lib.format.read_magic(stream) != (1, 0):  # a header of version 2 may be of gigabytes
        raise ValueError("it is of another version of the .npy format than an array of integers")
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(stream)
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which are not read (allow_pickle=False)")
    announced = prod(shape) * dtype.itemsize
    if min(shape, default=0) < 0 or announced > size:
        raise ValueError(f"its header announces {announced:,} bytes, where the file has {size:,} for it")
    flat = np.frombuffer(stream.read(announced), dtype)
    return flat.reshape(shape, order="F" if by_columns else "C")
