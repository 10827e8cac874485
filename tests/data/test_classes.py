"""Names of classes come from a file beside the images, from an .npz, or from whoever made the data set."""

import numpy as np
import pytest
from idx_files import small_arrays, write_folder

from mnist_compare import DataError, Dataset, load_dataset, subset
from mnist_compare.data.classes import CLASSES_FILE, FASHION_MNIST

KEYS = ("x_train", "y_train", "x_test", "y_test")


def write_names(folder, text):
    (folder / CLASSES_FILE).write_bytes(text if isinstance(text, bytes) else text.encode())


def test_a_folder_may_name_its_classes(tmp_path):
    """One name in a line, that of label 0 first; parts of the set keep them."""
    folder = write_folder(tmp_path / "fashion", small_arrays())
    assert load_dataset(folder).classes == ()
    write_names(folder, "\ufeff" + "\r\n".join(FASHION_MNIST) + "\r\n")
    data = load_dataset(folder)
    assert data.classes == FASHION_MNIST
    assert subset(data, train_size=10).classes == FASHION_MNIST
    assert data.fingerprint == Dataset("other", *small_arrays()).fingerprint


def test_an_npz_may_name_its_classes(tmp_path):
    """An array of texts beside the images, one for each class."""
    arrays = dict(zip(KEYS, small_arrays(), strict=True))
    np.savez(tmp_path / "named.npz", **arrays, classes=np.array(FASHION_MNIST))
    assert load_dataset(tmp_path / "named.npz").classes == FASHION_MNIST
    np.savez(tmp_path / "wrong.npz", **arrays, classes=np.arange(10))
    with pytest.raises(DataError, match="classes is of type int64, where an array of texts is valid"):
        load_dataset(tmp_path / "wrong.npz")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\n", "the number of class names is 1, where 2 to 1,000 are valid"),
        ("\n".join("abcdefghi") + "\n\nj", "the name of class 9 is empty"),
        ("\n".join("abcdefghii"), "two classes have the same name"),
        ("\n".join(["a\u202eb", *"cdefghijk"]), "the name of class 0 is empty, or has characters that cannot be shown"),
        ("\n".join(["a" * 61, *"cdefghijk"]), "the name of class 0 is longer than 60 letters"),
        (b"\xff\xfe", "UTF-16"),
        (b"\xe9\n", "is no text in UTF-8"),
        (b"a" * 300_001, "larger than 300,000 bytes"),
    ],
)
def test_a_file_of_names_that_cannot_be_meant_is_refused(tmp_path, text, message):
    """The file and what is wrong with it are named, before anything is trained."""
    folder = write_folder(tmp_path / "data", small_arrays())
    write_names(folder, text)
    with pytest.raises(DataError, match=message) as error:
        load_dataset(folder)
    assert str(folder / CLASSES_FILE) in str(error.value)


def test_arrays_may_name_their_classes():
    """In Python the names are an argument."""
    assert Dataset.from_arrays(*small_arrays(), classes=FASHION_MNIST).classes == FASHION_MNIST
    with pytest.raises(DataError, match="the number of class names is 1"):
        Dataset.from_arrays(*small_arrays(), classes=["one"])
