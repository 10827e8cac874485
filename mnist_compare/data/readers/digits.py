"""The 1,797 digits of 8x8 pixels that come with scikit-learn."""

from pathlib import Path

import numpy as np

from mnist_compare.data.readers.arrays import as_labels
from mnist_compare.data.readers.reader import ReadData, Reader, ReadOptions
from mnist_compare.errors import DataError

SOURCE = "sklearn:digits"
LEVELS = 16


def recognizes(path: Path) -> bool:
    """The name, and no path."""
    return str(path) == SOURCE


def read(path: Path, options: ReadOptions) -> ReadData:
    """The grays, which are from 0 to 16 there, from 0 to 255."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise DataError(
            f"{SOURCE} is read from scikit-learn, which is not installed. Run: python -m pip install scikit-learn"
            " (or mnist-compare[sklearn])."
        ) from None
    found = load_digits()
    grays = np.rint(np.asarray(found.images) * 255 / LEVELS).astype(np.uint8)
    note = "The grays of scikit-learn's digits, from 0 to 16, were made grays from 0 to 255."
    return ReadData(grays, as_labels(SOURCE, np.asarray(found.target)), notes=(note,))


READER = Reader("digits", f"{SOURCE}: the 1,797 digits of 8x8 pixels of the installed scikit-learn", recognizes, read)
