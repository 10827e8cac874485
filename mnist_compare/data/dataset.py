"""`Dataset`: images, of digits for instance, and their labels, as frozen and checked values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.classes import ClassNames, check_class_names
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


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Images uint8 [N, 28, 28], from 0 background to 255 foreground, and labels uint8 [N], from 0 to 9.

    There are `train_images`, `train_labels`, and the same for `test` and `validation`, of which there may be none.
    `source` says where they come from: `mnist`, a path, or a name. `classes` are what the labels 0 to 9 stand for,
    where they have names. The arrays are contiguous and read-only.
    `load_dataset` reads one, `from_arrays` makes one of arrays of any integer type, `subset` takes a part.
    Raises DataError naming the array, and the index where there is one, that breaks these rules, or when
    there is no training or no test image.

    >>> load_dataset("mnist")
    <Dataset mnist: 60,000 training and 10,000 test images>
    >>> import numpy as np
    >>> Dataset.from_arrays(np.zeros((3, 784), int), [1, 2, 3], np.zeros((1, 28, 28), int), [0], source="black")
    <Dataset black: 3 training and 1 test images>
    """

    source: str
    train_images: Pixels
    train_labels: Labels
    test_images: Pixels
    test_labels: Labels
    validation_images: Pixels = field(default_factory=_no_images)
    validation_labels: Labels = field(default_factory=_no_labels)
    classes: ClassNames = ()

    def __post_init__(self) -> None:
        for part in PARTS:
            images, labels = getattr(self, f"{part}_images"), getattr(self, f"{part}_labels")
            _check(f"Data set {self.source}", part, images, labels)
            object.__setattr__(self, f"{part}_images", read_only(images))
            object.__setattr__(self, f"{part}_labels", read_only(labels))
        object.__setattr__(self, "classes", check_class_names(f"Data set {self.source}", self.classes))

    def __repr__(self) -> str:
        validation = f", {len(self.validation_labels):,} validation" if len(self.validation_labels) else ""
        counts = f"{len(self.train_labels):,} training{validation} and {len(self.test_labels):,} test images"
        return f"<Dataset {self.source}: {counts}>"

    @classmethod
    def from_arrays(
        cls,
        train_images: NDArray[Any],
        train_labels: NDArray[Any],
        test_images: NDArray[Any],
        test_labels: NDArray[Any],
        source: str = "arrays",
        classes: Sequence[str] = (),
    ) -> "Dataset":
        """A data set from copies of arrays of any integer type, with the names of its ten classes, where it has any.

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
            classes=tuple(classes),
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


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """A contiguous view of `array` (a copy where it is not contiguous) that cannot be written to."""
    view = np.ascontiguousarray(array).view()
    view.setflags(write=False)
    return view


def _check(where: str, part: str, images: NDArray[Any], labels: NDArray[Any]) -> None:
    """The rules that hold for every source."""
    for name, array in ((f"{part}_images", images), (f"{part}_labels", labels)):
        if array.dtype != np.uint8:
            raise DataError(
                f"{where}: {name} is of type {array.dtype}, where uint8 is valid. Use Dataset.from_arrays to convert."
            )
    if images.shape[1:] != (SIDE, SIDE):
        raise DataError(
            f"{where}: {part}_images has shape {list(images.shape)}, where [N, {SIDE}, {SIDE}] is valid, since the "
            f"networks take {SIDE}x{SIDE} pixels. Resize the images."
        )
    _check_labels(where, f"{part}_labels", labels)
    if len(images) != len(labels):
        raise DataError(
            f"{where}: {part}_images holds {len(images):,} images, but {part}_labels {len(labels):,} labels. "
            "Give one label per image."
        )
    if len(images) == 0 and part != "validation":
        raise DataError(f"{where}: {part}_images holds no image. Give at least 1.")


def _check_labels(where: str, name: str, labels: NDArray[Any]) -> None:
    if labels.ndim != 1:
        raise DataError(
            f"{where}: {name} has shape {list(labels.shape)}, where [N] is valid. Give one label per image."
        )
    wrong = np.flatnonzero((labels < 0) | (labels > 9))
    if wrong.size:
        raise DataError(
            f"{where}: {name}[{wrong[0]}] is {labels[wrong[0]]}, where labels from 0 to 9 are valid "
            f"({wrong.size:,} of {labels.size:,} labels are wrong). Correct or remove these images."
        )


def _as_pixels(where: str, name: str, images: NDArray[Any]) -> Pixels:
    _check_integers(where, name, images, "Pixels are integers from 0 to 255: scale them back, and round.")
    if images.shape[1:] not in IMAGE_SHAPES:
        valid = ", ".join(str(["N", *shape]).replace("'", "") for shape in IMAGE_SHAPES)
        raise DataError(
            f"{where}: {name} has shape {list(images.shape)}, where {valid} are valid. "
            f"Resize the images to {SIDE}x{SIDE} gray pixels."
        )
    if images.size and (images.min() < 0 or images.max() > 255):
        raise DataError(
            f"{where}: {name} has values from {images.min()} to {images.max()}, where 0 to 255 are valid. "
            "Scale the pixels to that range."
        )
    return images.astype(np.uint8).reshape(-1, SIDE, SIDE)


def _as_labels(where: str, name: str, labels: NDArray[Any]) -> Labels:
    _check_integers(where, name, labels, "Labels are whole numbers from 0 to 9: convert them, e.g. with astype.")
    _check_labels(where, name, labels)
    return labels.astype(np.uint8)


def _check_integers(where: str, name: str, array: NDArray[Any], remedy: str) -> None:
    if array.dtype.kind not in "iu":
        raise DataError(f"{where}: {name} is of type {array.dtype}, where integer types are valid. {remedy}")
