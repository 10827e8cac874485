"""The four IDX files of MNIST and sets like it, as published, and as torchvision, Keras, Paddle, Kaggle keep them."""

from pathlib import Path

from mnist_compare.data.classes import read_class_names
from mnist_compare.data.readers.arrays import as_labels
from mnist_compare.data.readers.idx_names import find_idx, read_found, spellings
from mnist_compare.data.readers.reader import ReadData, Reader, ReadOptions
from mnist_compare.errors import DataError

TRAIN = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
TEST = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
DIMENSIONS = {TRAIN[0]: 3, TRAIN[1]: 1, TEST[0]: 3, TEST[1]: 1}


def _folder(path: Path) -> Path:
    return path.parent if path.is_file() else path


def recognizes(path: Path) -> bool:
    """A folder with one of the files, or one of the files."""
    if path.is_file():
        return any(path.name in spellings(name) for name in DIMENSIONS)
    return any(find_idx(path, name) for name in DIMENSIONS)


def read(path: Path, options: ReadOptions) -> ReadData:
    """The set, with the names of its classes where a file `classes.txt` has them; the test part may be missing."""
    folder = _folder(path)
    missing = [name for name in DIMENSIONS if not find_idx(folder, name)]
    if missing and missing != list(TEST):
        looked = "; ".join(", ".join(spellings(name)) for name in missing)
        raise DataError(
            f"Folder {folder} lacks {len(missing)} of the four IDX files: {', '.join(missing)}. Looked for {looked}. "
            "Put the missing files there."
        )
    images, labels, *test = [
        read_found(folder, name, dimensions) for name, dimensions in DIMENSIONS.items() if name not in missing
    ]
    return ReadData(
        images,
        as_labels(f"{folder}: train_labels", labels),
        test[0] if test else None,
        as_labels(f"{folder}: test_labels", test[1]) if test else None,
        read_class_names(folder),
        ("The files of the test images are not there.",) if missing else (),
    )


READER = Reader(
    "idx",
    "the four IDX files of MNIST, Fashion-MNIST, KMNIST and sets like them, plain or gzip, also in the folders of "
    "torchvision, Keras, Paddle and Kaggle",
    recognizes,
    read,
)
