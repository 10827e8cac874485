import gzip
import io
import os
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from idx_files import NAMES, assert_same, small_arrays, write_folder

from mnist_compare.data import load_dataset
from mnist_compare.data.readers.idx import DIMENSIONS as IDX_DIMENSIONS
from mnist_compare.data.readers.npz import NPZ_KEYS
from mnist_compare.data.sources import MNIST_FOLDER, read_embedded
from mnist_compare.errors import DataError, UsageError

PUBLISHED = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def write_npz(path, arrays, save=np.savez):
    save(path, **dict(zip(NPZ_KEYS, arrays, strict=True)))
    return path


def test_embedded_mnist(mnist):
    """The embedded set is the published one: 60,000 and 10,000 images, read-only, with the known labels and pixels."""
    assert mnist.source == "mnist"
    assert mnist.train_images.shape == (60_000, 1, 28, 28)
    assert mnist.test_images.shape == (10_000, 1, 28, 28)
    assert mnist.validation_images.shape == (0, 1, 28, 28)
    assert mnist.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert np.bincount(mnist.test_labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert int(mnist.train_images.sum(dtype=np.int64)) == 1_567_298_545
    assert not mnist.train_images.flags.writeable


@pytest.mark.parametrize("name", IDX_DIMENSIONS)
def test_the_embedded_set_is_the_published_one(name):
    """What the files of this package hold is MNIST as it was published, by the SHA-256 of its uncompressed files."""
    assert sha256(gzip.decompress((MNIST_FOLDER / f"{name}.gz").read_bytes())).hexdigest() == PUBLISHED[name]


@pytest.mark.parametrize("name", ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
def test_one_flipped_bit_in_the_embedded_set(tmp_path, name):
    """One wrong bit in one pixel or label is noticed, though the compressed file is sound."""
    shutil.copytree(MNIST_FOLDER, tmp_path, dirs_exist_ok=True)
    path = tmp_path / f"{name}.gz"
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[5000] ^= 1
    path.write_bytes(gzip.compress(bytes(content), 1))
    with pytest.raises(DataError, match="SHA-256") as error:
        read_embedded(tmp_path)
    assert str(path) in str(error.value)


def test_a_file_beside_the_embedded_ones_is_not_read(mnist, tmp_path):
    """Only files whose every bit was looked at are `mnist`: not one that somebody has unpacked, and changed, there."""
    shutil.copytree(MNIST_FOLDER, tmp_path, dirs_exist_ok=True)
    name = "t10k-labels-idx1-ubyte"
    content = bytearray(gzip.decompress((tmp_path / f"{name}.gz").read_bytes()))
    content[5000] ^= 1
    (tmp_path / name).write_bytes(content)
    assert np.array_equal(read_embedded(tmp_path).test_labels, mnist.test_labels)


@pytest.mark.parametrize("dotted", [False, True])
@pytest.mark.parametrize("compressed", [False, True])
def test_folder_of_idx_files(tmp_path, dotted, compressed):
    """A folder is read under the usual spellings of the names, plain and compressed."""
    arrays = small_arrays()
    write_folder(tmp_path, arrays, dotted, compressed)
    dataset = load_dataset(tmp_path)
    assert_same(dataset, arrays)
    assert dataset.source == str(tmp_path)


def test_plain_file_is_preferred(tmp_path):
    """Where a plain and a compressed file are there, the plain one is read."""
    arrays = small_arrays()
    write_folder(tmp_path, arrays)
    for name in NAMES:
        (tmp_path / f"{name}.gz").write_bytes(b"not read")
    assert_same(load_dataset(str(tmp_path)), arrays)


def test_folder_lacks_files(tmp_path):
    """Missing files are named, with the spellings that were looked for."""
    write_folder(tmp_path, small_arrays())
    (tmp_path / NAMES[1]).unlink()
    (tmp_path / NAMES[2]).unlink()
    with pytest.raises(DataError, match=f"lacks 2 .*{NAMES[1]}, {NAMES[2]}") as error:
        load_dataset(tmp_path)
    assert "train-labels.idx1-ubyte.gz" in str(error.value)


def test_images_and_labels_differ_in_number(tmp_path):
    """A set with more images than labels is refused with both numbers."""
    arrays = small_arrays()
    arrays[1] = arrays[1][:-1]
    with pytest.raises(DataError, match="the train part has 30 images, but 29 labels"):
        load_dataset(write_folder(tmp_path, arrays))


def test_images_and_labels_of_another_kind(tmp_path):
    """The size of the images and the number of the classes are those of the files."""
    arrays = small_arrays()
    arrays[3][7] = 12
    arrays[0], arrays[2] = np.zeros((30, 32, 20), dtype=np.uint8), np.ones((20, 32, 20), dtype=np.uint8)
    data = load_dataset(write_folder(tmp_path, arrays))
    assert (data.image_shape, data.class_count) == ((1, 32, 20), 13)


def test_images_of_another_size(tmp_path):
    """Training and test images of different sizes are refused with both."""
    arrays = small_arrays()
    arrays[0] = np.zeros((30, 32, 32), dtype=np.uint8)
    with pytest.raises(DataError, match=r"test part are \[28, 28\], those of the training part \[32, 32\]"):
        load_dataset(write_folder(tmp_path, arrays))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz(tmp_path, save):
    """An .npz file with the four usual keys is read, compressed or not, and keys beyond them do not matter."""
    arrays = small_arrays()
    path = tmp_path / "set.npz"
    save(path, extra=np.zeros(3), **dict(zip(NPZ_KEYS, arrays, strict=True)))
    dataset = load_dataset(path)
    assert_same(dataset, arrays)
    assert dataset.fingerprint == load_dataset(write_folder(tmp_path / "folder", arrays)).fingerprint


def test_npz_lacks_a_key(tmp_path):
    """A missing key is named, with the keys that are there."""
    np.savez(tmp_path / "set.npz", x_train=np.zeros(3), images=np.zeros(3))
    with pytest.raises(DataError, match="lacks y_train, x_test, y_test; it holds x_train, images"):
        load_dataset(tmp_path / "set.npz")


def test_npz_with_pickled_objects(tmp_path):
    """An array of objects is refused, and never unpickled."""

    class Malicious:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "executed"),)

    arrays = small_arrays()
    arrays[1] = np.array([Malicious()] * 30, dtype=object)
    with pytest.raises(DataError, match=r"y_train cannot be read.*allow_pickle=False"):
        load_dataset(write_npz(tmp_path / "set.npz", arrays))
    assert not (tmp_path / "executed").exists()


def test_npz_truncated(tmp_path):
    """An .npz file that ends too early is refused."""
    path = write_npz(tmp_path / "set.npz", small_arrays())
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match=r"damaged \.npz file"):
        load_dataset(path)


def test_npz_with_wrong_checksum(tmp_path):
    """One wrong bit in an .npz file is noticed by the checksum of its member."""
    path = write_npz(tmp_path / "set.npz", small_arrays())
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="x_train cannot be read: Bad CRC-32"):
        load_dataset(path)


def test_any_damaged_byte_of_an_npz_is_data_or_a_data_error(tmp_path):
    """Damage at any place of an .npz file ends in a DataError, or leaves the data as it is."""
    arrays = small_arrays(1, 1)
    content = write_npz(tmp_path / "set.npz", arrays).read_bytes()
    path = tmp_path / "damaged.npz"
    for position in range(0, len(content), 1):
        path.write_bytes(content[:position] + bytes([content[position] ^ 0x55]) + content[position + 1 :])
        try:
            dataset = load_dataset(path)
        except DataError:
            continue
        assert_same(dataset, arrays)


def test_npz_that_is_too_large(tmp_path, monkeypatch):
    """The sizes are checked before anything is decompressed."""
    monkeypatch.setattr("mnist_compare.data.readers.npz.MAX_BYTES", 10_000)
    path = write_npz(tmp_path / "set.npz", small_arrays(), np.savez_compressed)
    with pytest.raises(DataError, match=r"10,000 bytes.*the most that is read"):
        load_dataset(path)


def test_npz_member_with_trailing_bytes(tmp_path):
    """Bytes after an array in an .npz file are refused."""
    path = tmp_path / "set.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for key, array in zip(NPZ_KEYS, small_arrays(), strict=True):
            buffer = io.BytesIO()
            np.save(buffer, array)
            archive.writestr(f"{key}.npy", buffer.getvalue() + b"\0")
    with pytest.raises(DataError, match="x_train is too long"):
        load_dataset(path)


@pytest.mark.parametrize("source", ["mnits", "", "/does/not/exist", "a\0b", "x" * 5000, Path("missing.npz")])
def test_unknown_source(source):
    """What is neither a known name nor a path is a UsageError that lists what is valid."""
    with pytest.raises(UsageError) as error:
        load_dataset(source)
    if len(str(source)) < 1000:
        assert "Valid: mnist, sklearn:digits, the path of files" in str(error.value)


def test_a_source_of_another_type():
    """What is neither a name nor a path is named, and so are changes that are none."""
    with pytest.raises(UsageError, match=r"^source must be text or a path \(it is 3\)\.$"):
        load_dataset(3)
    with pytest.raises(UsageError, match=r"^changes must be a value of ImageChanges or None \(it is 3\)\.$"):
        load_dataset("mnist", 3)


def test_file_of_another_kind(tmp_path):
    """A file that is no .npz is a UsageError that lists what is valid."""
    (tmp_path / "set.csv").write_text("label,pixel")
    with pytest.raises(UsageError, match=r"Valid: mnist.*begins with the bytes"):
        load_dataset(tmp_path / "set.csv")


def test_folder_that_is_called_mnist(tmp_path, monkeypatch):
    """A folder named mnist is read when it is given as a path, and its data set is not called mnist."""
    arrays = small_arrays()
    folder = write_folder(tmp_path / "mnist", arrays)
    monkeypatch.chdir(tmp_path)
    for source in ("./mnist", Path("mnist")):
        dataset = load_dataset(source)
        assert_same(dataset, arrays)
        assert dataset.source == str(folder)
