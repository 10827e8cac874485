"""Files as their publishers make them are read back to the right arrays, labels and names."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from idx_files import NAMES, assert_same, small_arrays, write_folder
from published_sets import PUBLISHED, cifar100, image_folder, kaggle_csv, labels

from mnist_compare.data import load_dataset
from mnist_compare.data.readers import check_read, choose_reader, parse_options, readers
from mnist_compare.data.sources import read_source
from mnist_compare.errors import DataError, UsageError


def read(source):
    """What the reader of a source finds, with its notes in one text."""
    path, _, options = str(source).partition("#")
    chosen = parse_options(options)
    reader, place = choose_reader(Path(path), chosen.reader)
    found = reader.read(place, chosen)
    check_read(path, found)
    return found, " ".join(found.notes)


def same(found, expected):
    if expected is None:
        assert found is None
        return
    assert found.shape == expected.shape
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("write", PUBLISHED, ids=lambda write: write.__name__)
def test_a_set_as_published(tmp_path, write):
    """All parts of a set in its publisher's format are found, and what was changed is said."""
    published = write(tmp_path)
    found, notes = read(published.source)
    same(found.train_images, published.train_images)
    same(found.train_labels, published.train_labels)
    same(found.test_images, published.test_images)
    same(found.test_labels, published.test_labels)
    same(found.validation_labels, published.validation_labels)
    assert found.train_images.dtype == np.uint8
    assert found.class_names == published.class_names
    assert published.said in notes


def test_digits_of_scikit_learn():
    """scikit-learn's own digits are read by name, scaled to 255, with a share of them as the test part."""
    pytest.importorskip("sklearn")
    found, name = read_source("sklearn:digits#test-share=0.2")
    assert name == "sklearn:digits#test-share=0.2"
    assert found.train_images.shape == (1438, 8, 8)
    assert found.test_images.shape == (359, 8, 8)
    assert found.train_images.max() == 255


DEBIAN = Path("/usr/share/datasets/fashion-mnist")


@pytest.mark.skipif(not DEBIAN.is_dir(), reason="Debian's package dataset-fashion-mnist is not installed")
def test_fashion_mnist_of_debian():
    """The folder of Debian's package is read as it lies, and its classes have their names."""
    found = load_dataset(DEBIAN)
    assert np.bincount(found.train_labels).tolist() == [6000] * 10
    assert found.classes[9] == "Ankle boot"


def test_a_test_share(tmp_path):
    """A share of each class becomes the test part, the same one every time; no image is in both parts or lost."""
    source = f"{kaggle_csv(tmp_path).source}#test-share=0.3334,test-seed=4"
    found, _ = read_source(source)
    again, _ = read_source(source)
    assert np.array_equal(found.test_images, again.test_images)
    assert np.bincount(found.test_labels).tolist() == [1] * 10
    together = np.concatenate([found.train_images, found.test_images]).reshape(30, -1)
    whole, _ = read(tmp_path / "train.csv")
    assert sorted(map(bytes, together)) == sorted(map(bytes, whole.train_images.reshape(30, -1)))
    other, _ = read_source(source.replace("=4", "=5"))
    assert not np.array_equal(found.test_images, other.test_images)
    assert "10 images, 0.333 of each class, were taken for the test, chosen by seed 4." in " ".join(found.notes)


def test_no_test_part(tmp_path):
    """A set without test images is refused with the option that takes some, and with what the reader has seen."""
    source = kaggle_csv(tmp_path).source
    with pytest.raises(
        UsageError, match=r"no test images.*test\.csv has no column of labels.*test-share=0\.2 in its place"
    ):
        load_dataset(source)
    assert len(load_dataset(f"{source}#test-share=0.2").test_labels) == 6


def test_a_share_of_a_set_with_a_test_part(tmp_path):
    """A set with test images of its own is not divided again."""
    folder = write_folder(tmp_path, small_arrays())
    with pytest.raises(UsageError, match="has a test part of its own"):
        load_dataset(f"{folder}#test-share=0.2")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("test-share=2", "above 0 and below 1"),
        ("test-share=nan", "above 0 and below 1"),
        ("test-share=x", "is 'x', where a number is valid"),
        ("colour=red", "Unknown option of a data set 'colour'"),
        ("split=", "has no value"),
        ("reader=idxx", "Unknown reader 'idxx'. Did you mean 'idx'"),
    ],
)
def test_wrong_options(tmp_path, options, message):
    """An option that cannot be meant is told with what is valid."""
    folder = write_folder(tmp_path, small_arrays())
    with pytest.raises(UsageError, match=message):
        load_dataset(f"{folder}#{options}")


def test_a_path_with_the_sign_of_options(tmp_path):
    """A folder whose name has a # is read as any other."""
    arrays = small_arrays()
    assert_same(load_dataset(write_folder(tmp_path / "a#b=c", arrays)), arrays)


def test_several_sets_below(tmp_path):
    """Where several sets lie below a folder, they are named, and none is taken."""
    for name in ("MNIST", "KMNIST"):
        (tmp_path / name).mkdir()
        write_folder(tmp_path / name / "raw", small_arrays())
    with pytest.raises(UsageError, match="holds 2 data sets"):
        load_dataset(tmp_path)


def test_a_damaged_file_beside_a_good_one(tmp_path):
    """A damaged plain file is told with the packed one beside it that is whole."""
    write_folder(tmp_path, small_arrays())
    write_folder(tmp_path, small_arrays(), compressed=True)
    plain = tmp_path / NAMES[0]
    plain.write_bytes(plain.read_bytes()[:500])
    with pytest.raises(DataError, match=rf"truncated.*{NAMES[0]}\.gz is whole"):
        load_dataset(tmp_path)


@pytest.mark.parametrize(
    "content",
    [b"<!DOCTYPE html><html>", b"\n <HTML>404", gzip.compress(b"<html>", mtime=0)],
    ids=["plain", "spaced", "packed"],
)
def test_a_web_page(tmp_path, content):
    """A web page under the name of a data file is called one."""
    write_folder(tmp_path, small_arrays(), compressed=True)
    (tmp_path / f"{NAMES[2]}.gz").write_bytes(content)
    with pytest.raises(DataError, match=r"is a web page: the download failed"):
        load_dataset(tmp_path)


def test_pickles_are_never_read(tmp_path):
    """The pickled version of CIFAR, and any other pickle, is refused with what to do."""
    for name in ("data_batch_1", "test_batch", "batches.meta"):
        (tmp_path / name).write_bytes(b"\x80\x02cos\nsystem\n")
    with pytest.raises(DataError, match=r"never read\. Download the binary version"):
        load_dataset(tmp_path)
    (tmp_path / "mnist.pkl.gz").write_bytes(gzip.compress(b"\x80\x04cos\nsystem\n"))
    with pytest.raises(DataError, match="is a pickle"):
        load_dataset(tmp_path / "mnist.pkl.gz")


def test_every_reader_says_what_it_reads():
    """`list readers` has a line for each reader."""
    assert len(readers()) >= 12
    assert all(20 < len(reader.reads) < 250 for reader in readers().values())


def test_coarse_labels_of_cifar100(tmp_path):
    """The other kind of label is learned where it is asked for."""
    cifar100(tmp_path)
    found, _ = read(f"{tmp_path}#label=coarse")
    assert found.train_labels.tolist() == (labels(30, 30) % 20).tolist()
    assert len(found.class_names) == 20


def test_a_test_class_without_training(tmp_path):
    """A class that only the test part has is refused by its name."""
    image_folder(tmp_path)
    (tmp_path / "testing" / "2").rename(tmp_path / "testing" / "wolf")
    with pytest.raises(DataError, match=r"1 classes that the training images do not have: 'wolf'"):
        load_dataset(tmp_path)
