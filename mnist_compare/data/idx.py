"""The IDX format, in which MNIST is published: a magic number, the sizes of the dimensions, then the bytes."""

import gzip
import struct
import zlib
from io import BufferedReader
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.errors import DataError
from mnist_compare.io.reading import file_size

MAX_BYTES = 2_000_000_000
"""The largest uncompressed size, in bytes, that is read from a file."""

MOST_COMPRESSED = 1032
"""The most bytes that gzip can make of one."""

GZIP_MAGIC = b"\x1f\x8b"
UNSIGNED_BYTE = 0x08
INTEGER = 0x0C
ELEMENT_TYPES = {
    0x08: "unsigned byte",
    0x09: "signed byte",
    0x0B: "16-bit integer",
    0x0C: "32-bit integer",
    0x0D: "32-bit float",
    0x0E: "64-bit float",
}

DTYPES: dict[int, np.dtype[Any]] = {UNSIGNED_BYTE: np.dtype(np.uint8), INTEGER: np.dtype(">i4")}


def read_idx(path: Path, dimensions: int, max_bytes: int = MAX_BYTES, element: int = UNSIGNED_BYTE) -> NDArray[Any]:
    """The array of a plain or gzip-compressed IDX file of unsigned bytes, or of 32-bit integers where `element` says
    so, read-only, with `dimensions` axes.

    Compression is told by the content, not by the name. Raises DataError when the file cannot be read, is damaged, is
    no such array, or announces more than `max_bytes` bytes. At most one byte more than was announced is decompressed,
    and no memory is taken for more than the file can hold.
    """
    dtype = DTYPES[element]
    try:
        size = file_size(path, MAX_BYTES)
        with _open(path) as stream:
            header = stream.read(4 + 4 * dimensions)
            shape = _shape(path, header, dimensions, max_bytes, element)
            announced = prod(shape) * dtype.itemsize
            data = stream.read(min(announced + 1, size * MOST_COMPRESSED))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path} is a damaged gzip file: {error}. Download it again.") from None
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}. Give a readable IDX file.") from None
    _check_size(path, len(data), (*shape, dtype.itemsize) if dtype.itemsize > 1 else shape)
    array: NDArray[Any] = np.frombuffer(data, dtype).reshape(shape)
    return array


def _open(path: Path) -> BufferedReader | gzip.GzipFile:
    with path.open("rb") as file:
        compressed = file.read(2) == GZIP_MAGIC
    return gzip.open(path, "rb") if compressed else path.open("rb")


def _shape(path: Path, header: bytes, dimensions: int, max_bytes: int, element: int) -> tuple[int, ...]:
    """The sizes that the header announces."""
    if len(header) >= 4:
        _check_magic(path, header[:4], dimensions, element)
    if len(header) < 4 + 4 * dimensions:
        raise DataError(
            f"{path} is truncated: it ends after {len(header)} of the {4 + 4 * dimensions} bytes of an IDX header. "
            "Download it again."
        )
    shape = struct.unpack(f">{dimensions}I", header[4:])
    sizes = " x ".join(map(str, shape))
    if min(shape) == 0:
        raise DataError(f"{path} announces {sizes} values, which is none. Every size must be at least 1.")
    if prod(shape) * DTYPES[element].itemsize > max_bytes:
        raise DataError(
            f"{path} announces {sizes} = {prod(shape):,} bytes, but at most {max_bytes:,} are read. "
            "Check that it is the right file."
        )
    return shape


def _check_magic(path: Path, magic: bytes, dimensions: int, wanted_element: int) -> None:
    zeros, element, found = magic[:2], magic[2], magic[3]
    wanted = bytes([0, 0, wanted_element, dimensions])
    if zeros != b"\0\0" or element not in ELEMENT_TYPES:
        raise DataError(
            f"{path} is no IDX file: it starts with the bytes {magic.hex(' ')} ({magic!r}), where "
            f"{wanted.hex(' ')} is valid. Give an IDX file, plain or gzip-compressed."
        )
    if element != wanted_element:
        raise DataError(
            f"{path} holds values of type {ELEMENT_TYPES[element]} (0x{element:02x}), where "
            f"{ELEMENT_TYPES[wanted_element]} (0x{wanted_element:02x}) is valid. Convert it to that type."
        )
    if found != dimensions:
        raise DataError(
            f"{path} holds an array of {found} dimensions, where {dimensions} are valid: images have 3, labels 1. "
            "Check that image and label files are not exchanged."
        )


def _check_size(path: Path, size: int, shape: tuple[int, ...]) -> None:
    announced = f"{' x '.join(map(str, shape))} = {prod(shape):,} bytes"
    if size < prod(shape):
        raise DataError(
            f"{path} is truncated: its header announces {announced}, but only {size:,} follow. Download it again."
        )
    if size > prod(shape):
        raise DataError(
            f"{path} is too long: its header announces {announced}, but more bytes follow. Download it again."
        )
