"""One .npz file with all arrays: as Keras keeps MNIST, as MedMNIST is published, and without a test part."""

from pathlib import Path
from typing import NamedTuple

from mnist_compare.data.readers.arrays import as_images, as_labels
from mnist_compare.data.readers.files import check_size
from mnist_compare.data.readers.npz_members import is_npz, listed, npz_names, read_members
from mnist_compare.data.readers.reader import MAX_BYTES, ReadData, Reader, ReadOptions
from mnist_compare.errors import DataError

NAMES_KEY = "classes"


class Keys(NamedTuple):
    """What the images and labels of each part are called."""

    train: tuple[str, str]
    test: tuple[str, str] | None = None
    validation: tuple[str, str] | None = None


USUAL = Keys(("x_train", "y_train"), ("x_test", "y_test"))
MEDMNIST = Keys(("train_images", "train_labels"), ("test_images", "test_labels"), ("val_images", "val_labels"))
WITHOUT_TEST = (Keys(("images", "labels")), Keys(("X", "y")), Keys(("x", "y")))
NPZ_KEYS = ("x_train", "y_train", "x_test", "y_test")


def read(path: Path, options: ReadOptions) -> ReadData:
    """The arrays under the usual names, and the names of the classes where it has `classes`, an array of texts."""
    check_size(path, MAX_BYTES, ".npz file")
    names = npz_names(path)
    keys = _keys(path, names)
    parts = [pair for pair in keys if pair is not None]
    wanted = [name for pair in parts for name in pair] + [NAMES_KEY] * (NAMES_KEY in names)
    arrays = dict(zip(wanted, read_members(path, wanted), strict=True))
    classes = arrays.get(NAMES_KEY)
    if classes is not None and (classes.dtype.kind != "U" or classes.ndim != 1):
        raise DataError(f"{path}: {NAMES_KEY} is of type {classes.dtype}, where an array of texts is valid.")
    found = {
        pair: (as_images(f"{path}: {pair[0]}", arrays[pair[0]]), as_labels(f"{path}: {pair[1]}", arrays[pair[1]]))
        for pair in parts
    }
    train = found[keys.train]
    test = found[keys.test] if keys.test else (None, None)
    validation = found[keys.validation] if keys.validation else (None, None)
    return ReadData(
        train[0],
        train[1],
        test[0],
        test[1],
        class_names=tuple(classes.tolist()) if classes is not None else (),
        validation_images=validation[0],
        validation_labels=validation[1],
    )


def _keys(path: Path, names: list[str]) -> Keys:
    """The names that are all there; raises DataError where none of the usual sets of names is."""
    for keys in (USUAL, MEDMNIST, MEDMNIST._replace(validation=None), *WITHOUT_TEST, Keys(USUAL.train)):
        other = keys == Keys(USUAL.train) and set(NPZ_KEYS[2:]) & set(names)
        if not other and all(name in names for pair in keys if pair for name in pair):
            return keys
    nearest = MEDMNIST if "train_images" in names else USUAL
    missing = [name for pair in (nearest.train, nearest.test) if pair for name in pair if name not in names]
    raise DataError(
        f"{path} lacks {', '.join(missing)}; it holds {listed(names)}. "
        f"Save it with np.savez under the names {', '.join(NPZ_KEYS)}."
    )


READER = Reader(
    "npz",
    f"an .npz file with {', '.join(NPZ_KEYS)} (as Keras keeps it), MedMNIST's names, or images and labels",
    is_npz,
    read,
)
