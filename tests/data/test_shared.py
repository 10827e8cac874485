import os
import sys

import numpy as np
import psutil
import pytest
from idx_files import small_dataset

from mnist_compare.data import normalize, open_arrays, release_pages, subset, write_arrays
from mnist_compare.data.normalize import ARRAY_NAMES
from mnist_compare.errors import DataError, OutputError


@pytest.fixture
def folder(tmp_path):
    write_arrays(normalize(small_dataset()), tmp_path / "arrays")
    return tmp_path / "arrays"


def is_mapped(array):
    while array is not None:
        if isinstance(array, np.memmap):
            return True
        array = getattr(array, "base", None)
    return False


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("validation", [0, 10])
def test_round_trip(tmp_path, dtype, validation):
    """What is opened is what was written, bit for bit, memory-mapped and read-only, empty arrays included."""
    arrays = normalize(subset(small_dataset(), validation=validation), "standard", dtype)
    write_arrays(arrays, tmp_path / "new" / "folder")
    opened = open_arrays(tmp_path / "new" / "folder")
    assert (opened.mean, opened.std) == (arrays.mean, arrays.std)
    for name in ARRAY_NAMES:
        one, other = getattr(arrays, name), getattr(opened, name)
        assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
        assert is_mapped(other)
        assert not other.flags.writeable


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count the memory of a process in other ways")
def test_a_forgotten_array_takes_no_memory_and_keeps_its_values(tmp_path):
    """What a worker has put on its device does not stay in its memory twice, and can be read again."""
    arrays = normalize(small_dataset(40_000, 10))
    write_arrays(arrays, tmp_path / "arrays")
    opened = open_arrays(tmp_path / "arrays").train_images
    before = psutil.Process().memory_info().shared
    assert np.array_equal(opened, arrays.train_images)
    assert psutil.Process().memory_info().shared - before > opened.nbytes // 2
    release_pages(opened[:10])
    assert psutil.Process().memory_info().shared - before < opened.nbytes // 10
    assert np.array_equal(opened, arrays.train_images)
    release_pages(arrays.train_images)  # what is not mapped stays
    assert np.array_equal(opened, arrays.train_images)


def test_only_the_files_are_left(folder):
    """Nothing temporary stays in the folder, also when it is written a second time."""
    write_arrays(normalize(small_dataset(10, 10)), folder)
    assert {path.name for path in folder.iterdir()} == {f"{name}.npy" for name in ARRAY_NAMES} | {"statistics.json"}
    assert len(open_arrays(folder).train_labels) == 10


def test_writing_again_does_not_disturb_readers(folder):
    """Arrays that are open keep their values when the files are replaced."""
    opened = open_arrays(folder)
    before = opened.train_images.tobytes()
    write_arrays(normalize(small_dataset(10, 10), "standard"), folder)
    assert opened.train_images.tobytes() == before


def test_folder_that_cannot_be_made(tmp_path):
    """A file in the place of the folder is an OutputError with the reason."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"Cannot write the arrays into .*file"):
        write_arrays(normalize(small_dataset()), tmp_path / "file")


def test_full_disk_leaves_nothing_temporary(tmp_path, monkeypatch):
    """A write that fails is an OutputError with the reason, and its temporary file is removed."""

    def fail(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OutputError, match="No space left on device"):
        write_arrays(normalize(small_dataset()), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["statistics.json", "test_labels.npy"])
def test_missing_file(folder, name):
    """A missing file is a DataError that names it."""
    (folder / name).unlink()
    with pytest.raises(DataError, match=f"{name}: No such file"):
        open_arrays(folder)


@pytest.mark.parametrize("size", [0, 5, 100, 1000])
def test_truncated_array(folder, size):
    """An array file that ends too early is a DataError that names it."""
    path = folder / "train_images.npy"
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DataError, match=r"train_images\.npy is damaged"):
        open_arrays(folder)


def test_pickled_array(folder):
    """An array of objects is refused, never unpickled."""
    np.save(folder / "train_labels.npy", np.array([object()] * 30), allow_pickle=True)
    with pytest.raises(DataError, match=r"train_labels\.npy is damaged, or holds no array that can be mapped"):
        open_arrays(folder)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("train_images", np.zeros((30, 28, 28), np.float32)),
        ("train_images", np.zeros((30, 1, 28, 28), np.int32)),
        ("test_labels", np.zeros(20, np.int32)),
        ("test_labels", np.zeros(19, np.int64)),
    ],
)
def test_array_of_another_kind(folder, name, array):
    """An array of another type, shape or length is a DataError that names its file."""
    np.save(folder / f"{name}.npy", array)
    with pytest.raises(DataError, match=rf"{name}\.npy holds {array.dtype}"):
        open_arrays(folder)


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'{"mean":0,"std":"1"}', b'{"mean":null,"std":1}'])
def test_damaged_statistics(folder, content):
    """A damaged statistics file is a DataError."""
    (folder / "statistics.json").write_bytes(content)
    with pytest.raises(DataError, match="does not hold a mean and a standard deviation"):
        open_arrays(folder)


def test_impossible_statistics(folder):
    """A standard deviation of 0 is a DataError."""
    (folder / "statistics.json").write_bytes(b'{"mean":0,"std":0}')
    with pytest.raises(DataError, match="std must be above 0"):
        open_arrays(folder)
