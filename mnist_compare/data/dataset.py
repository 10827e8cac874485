"""`Dataset`: images of digits and their labels, as frozen and checked values."""

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.errors import DataError

Pixels = NDArray[np.uint8]
Labels = NDArray[np.uint8]

SIDE = 28
IMAGE_SHAPES = ((SIDE, SIDE), (SIDE, SIDE, 1), (1, SIDE, SIDE), (SIDE * SIDE,))
PARTS = ("train", "test", "validation")


def _no_images() -> Pixels:
    return np.empty((0, SIDE, SIDE), dtype=np.uint8)


def _no_labels() -> Labels:
    return np.empty(0, dtype=np.uint8)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images uint8 [N, 28, 28], from 0 background to 255 foreground, and labels uint8 [N], from 0 to 9.

    `source` says where they come from: `mnist`, a path, or a name. The arrays are contiguous and read-only.
    Raises DataError naming the array, and the index where there is one, that breaks these rules, or when
    there is no training or no test image.
    """

    source: str
    train_images: Pixels
    train_labels: Labels
    test_images: Pixels
    test_labels: Labels
    validation_images: Pixels = field(default_factory=_no_images)
    validation_labels: Labels = field(default_factory=_no_labels)

    def __post_init__(self) -> None:
        for part in PARTS:
            images, labels = getattr(self, f"{part}_images"), getattr(self, f"{part}_labels")
            _check(f"Data set {self.source}", part, images, labels)
            object.__setattr__(self, f"{part}_images", read_only(images))
            object.__setattr__(self, f"{part}_labels", read_only(labels))

    @classmethod
    def from_arrays(
        cls,
        train_images: NDArray[Any],
        train_labels: NDArray[Any],
        test_images: NDArray[Any],
        test_labels: NDArray[Any],
        source: str = "arrays",
    ) -> "Dataset":
        """A data set from copies of arrays of any integer type.

        Images are [N, 28, 28], [N, 28, 28, 1], [N, 1, 28, 28] or [N, 784], with values from 0 to 255; labels are
        [N]. Raises DataError for other types, shapes and values.
        """
        where = f"Data set {source}"
        return cls(
            source,
            _as_pixels(where, "train_images", np.asarray(train_images)),
            _as_labels(where, "train_labels", np.asarray(train_labels)),
            _as_pixels(where, "test_images", np.asarray(test_images)),
            _as_labels(where, "test_labels", np.asarray(test_labels)),
        )

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256, in hex, of the shapes and bytes of the training and test arrays, whatever the source."""
        digest = sha256()
        for name in ("train_images", "train_labels", "test_images", "test_labels"):
            array = getattr(self, name)
            digest.update(f"{name} {'x'.join(map(str, array.shape))}\n".encode())
            digest.update(array.data)
        return digest.hexdigest()


def read_only[Array: NDArray[Any]](array: Array) -> Array: ...
