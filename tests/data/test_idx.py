import gzip
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from idx_files import idx_bytes

from mnist_compare.data import read_idx
from mnist_compare.data.sources import MNIST_FOLDER
from mnist_compare.errors import DataError

IMAGES = np.arange(2 * 28 * 28, dtype=np.uint32).astype(np.uint8).reshape(2, 28, 28)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "images"


def refuse(path, content, message, dimensions=3, **options):
    path.write_bytes(content)
    with pytest.raises(DataError, match=message) as error:
        read_idx(path, dimensions, **options)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_reads_plain_and_gzip_whatever_the_name(path, compress):
    """A file is read by its content: the same array comes from a plain and a compressed file of one name."""
    path.write_bytes(compress(idx_bytes(IMAGES)))
    array = read_idx(path, 3)
    assert array.dtype == np.uint8
    assert np.array_equal(array, IMAGES)
    assert not array.flags.writeable


def test_reads_the_embedded_labels():
    """The published test labels start with 7, 2, 1, 0, 4 and are 10,000."""
    labels = read_idx(MNIST_FOLDER / "t10k-labels-idx1-ubyte.gz", 1)
    assert labels.shape == (10_000,)
    assert labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_missing_file(path):
    """A missing file is a DataError that names it."""
    with pytest.raises(DataError, match="No such file"):
        read_idx(path, 3)


def test_folder_instead_of_file(tmp_path):
    """A folder in the place of a file is a DataError."""
    with pytest.raises(DataError, match="Is a directory"):
        read_idx(tmp_path, 3)


@pytest.mark.parametrize("size", [0, 3, 15])
def test_incomplete_header(path, size):
    """A file that ends in its header is refused with the number of bytes that are there."""
    refuse(path, idx_bytes(IMAGES)[:size], f"ends after {size} of the 16 bytes")


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_truncated_data(path, compress):
    """Data shorter than announced is refused with both numbers."""
    refuse(path, compress(idx_bytes(IMAGES)[:-1]), r"2 x 28 x 28 = 1,568 bytes, but only 1,567 follow")


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_trailing_bytes(path, compress):
    """Data longer than announced is refused."""
    refuse(path, compress(idx_bytes(IMAGES) + b"\0"), "too long")


def test_not_idx(path):
    """A web page saved in place of the file is refused, and its first bytes are shown."""
    refuse(path, b"<!DOCTYPE html><html></html>", "no IDX file.*<!DO")


@pytest.mark.parametrize(
    ("element", "name"),
    [(0x09, "signed byte"), (0x0B, "16-bit integer"), (0x0C, "32-bit integer"), (0x0D, "32-bit float")],
)
def test_wrong_element_type(path, element, name):
    """Elements that are no unsigned bytes are refused, and their type is named."""
    refuse(path, idx_bytes(IMAGES, element=element), f"values of type {name}")


def test_wrong_dimensions(path):
    """A label file in the place of an image file is refused, even where it is shorter than an image header."""
    refuse(path, idx_bytes(np.zeros(3, dtype=np.uint8)), "1 dimensions, where 3 are valid")


def test_size_of_zero(path):
    """A dimension of size 0 is refused."""
    refuse(path, idx_bytes(IMAGES[:0]), "0 x 28 x 28 values, which is none")


def test_announced_size_is_bounded(path):
    """A header that announces more than the limit is refused before anything is read."""
    refuse(path, idx_bytes(IMAGES, shape=(2**32 - 1, 2**32 - 1, 28)), "at most 2,000,000,000 are read")
    refuse(path, idx_bytes(IMAGES), "at most 1,567 are read", max_bytes=1567)


def test_decompression_stops_after_the_announced_size(path):
    """Of a small file that would grow to gigabytes no more than one byte too many is decompressed."""
    bomb = gzip.compress(struct.pack(">BBBBI", 0, 0, 8, 1, 5) + bytes(20_000_000))
    # The damage at the end would be noticed if all were decompressed.
    refuse(path, bomb[:-100], "too long", dimensions=1)


def test_gzip_with_wrong_checksum(path):
    """A compressed file whose CRC does not fit its content is refused."""
    content = bytearray(gzip.compress(idx_bytes(IMAGES)))
    content[-8] ^= 1
    refuse(path, bytes(content), "damaged gzip file: CRC")


def test_gzip_truncated(path):
    """A compressed file that ends too early is refused."""
    refuse(path, gzip.compress(idx_bytes(IMAGES))[:-20], "damaged gzip file")


def test_gzip_followed_by_garbage(path):
    """A compressed file with other bytes after it is refused."""
    refuse(path, gzip.compress(idx_bytes(IMAGES)) + b"garbage", "damaged gzip file")


def test_gzip_with_damaged_stream(path):
    """A compressed file with damage in its middle is refused."""
    content = bytearray(gzip.compress(idx_bytes(IMAGES)))
    content[10:40] = b"\xff" * 30
    refuse(path, bytes(content), "damaged gzip file")


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=60), compressed=st.booleans())
def test_any_bytes_are_an_array_or_a_data_error(tmp_path_factory, content, compressed):
    """Whatever the bytes, the outcome is an array of the announced size or a DataError."""
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes((b"\x1f\x8b\x08" if compressed else b"\0\0\x08\x01") + content)
    try:
        array = read_idx(path, 1)
    except DataError:
        return
    assert array.size == len(content) - 4
