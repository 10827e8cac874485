"""`Dataset`: images and their labels, as frozen and checked values."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture.network import MAX_SIDE
from mnist_compare.data.arrays import CHANNELS, Labels, Pixels, labels_of, pixels_of
from mnist_compare.data.changes import ImageChanges
from mnist_compare.data.classes import ClassNames, check_class_names
from mnist_compare.errors import DataError, UsageError
from mnist_compare.recipe.recipe import MAX_CLASSES

ImageShape = tuple[int, int, int]

PARTS = ("train", "test", "validation")
BYTE = 256


def _no_images() -> Pixels:
    return np.empty((0, 1, 1, 1), dtype=np.uint8)


def _no_labels() -> NDArray[np.uint8]:
    return np.empty(0, dtype=np.uint8)


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Images uint8 [N, C, H, W], from 0 background to 255 foreground, and labels [N], from 0 to `class_count` - 1.

    There are `train_images`, `train_labels`, and the same for `test` and `validation`, of which there may be none. All
    images have the same `image_shape` [C, H, W]: 1 channel of gray images, 3 of coloured ones or 4, and sides from 1 to
    1,024; gray images are also taken as [N, H, W]. Labels are uint8, or uint16 of more than 256 classes.
    `source` says where the images come from: `mnist`, a path, or a name. `classes` are what the labels stand for, where
    they have names. `class_count`, from 2 to 1,000, is the number of these names; without names, and where it is not
    given, it is the largest label in any part + 1. The arrays are contiguous and read-only.
    `notes` are what its reader says of it: what was turned, renumbered or left out; `changes` is how its images were
    changed since, by `changed`.
    `load_dataset` reads a data set, `from_arrays` makes one of arrays of any integer type, `subset` takes a part.
    Raises DataError naming the array, and the index where there is one, that breaks these rules, or when
    there is no training or no test image.

    >>> load_dataset("mnist")
    <Dataset mnist: 60,000 training and 10,000 test images>
    >>> import numpy as np
    >>> black = Dataset.from_arrays(np.zeros((3, 32, 32, 3), int), [1, 2, 3], np.zeros((1, 32, 32, 3), int), [0])
    >>> black
    <Dataset arrays: 3 training and 1 test images of 3x32x32, 4 classes>
    >>> black.image_shape, black.class_count
    ((3, 32, 32), 4)
    """

    source: str
    train_images: Pixels
    train_labels: Labels
    test_images: Pixels
    test_labels: Labels
    validation_images: Pixels = field(default_factory=_no_images)
    validation_labels: Labels = field(default_factory=_no_labels)
    classes: ClassNames = ()
    class_count: int = 0
    notes: tuple[str, ...] = ()
    changes: ImageChanges | None = None

    def __post_init__(self) -> None:
        where = f"Data set {self.source}"
        parts = {part: self._part(where, part) for part in PARTS}
        shape = parts["train"][0].shape[1:]
        for part, (images, labels) in parts.items():
            _check_part(where, part, images, labels, shape)
        found = max(int(labels.max(initial=0)) for _, labels in parts.values()) + 1
        count = self.class_count or len(self.classes) or max(2, found)
        object.__setattr__(self, "classes", check_class_names(where, self.classes))
        object.__setattr__(self, "class_count", count)
        _check_count(where, count, len(self.classes))
        for part, (images, labels) in parts.items():
            _check_labels(where, f"{part}_labels", labels, count)
            kind = np.uint8 if count <= BYTE else np.uint16
            object.__setattr__(self, f"{part}_images", read_only(images))
            object.__setattr__(self, f"{part}_labels", read_only(labels.astype(kind, copy=False)))

    def __repr__(self) -> str:
        validation = f", {self.count('validation'):,} validation" if self.count("validation") else ""
        counts = f"{self.count('train'):,} training{validation} and {self.count('test'):,} test images"
        channels, height, width = self.image_shape
        like_mnist = self.image_shape == (1, 28, 28) and self.class_count == 10
        of = "" if like_mnist else f" of {channels}x{height}x{width}, {self.class_count:,} classes"
        return f"<Dataset {self.source}: {counts}{of}>"

    @property
    def image_shape(self) -> ImageShape:
        """Channels, height and width of every image."""
        _, channels, height, width = self.train_images.shape
        return channels, height, width

    def count(self, part: str) -> int:
        """How many images `part` has: train, test or validation."""
        return len(getattr(self, f"{part}_labels"))

    def described(self, *, classes: ClassNames | None = None, notes: tuple[str, ...] | None = None) -> "Dataset":
        """The same images and labels with other words where they are given; a fingerprint that is known is kept."""
        names, told = self.classes if classes is None else classes, self.notes if notes is None else notes
        if (names, told) == (self.classes, self.notes):
            return self
        other = replace(self, classes=names, notes=told)
        if "fingerprint" in vars(self):
            vars(other)["fingerprint"] = self.fingerprint
        return other

    def changed(self, changes: ImageChanges) -> "Dataset":
        """The set with changed images, or this one where none of the changes makes a difference.

        Raises UsageError for changes that cannot be, DataError for images that would take too much memory.

        >>> padded = load_dataset("mnist").changed(ImageChanges(pad=32))
        >>> padded.image_shape, str(padded.changes)
        ((1, 32, 32), 'padded to 32x32')
        """
        if self.changes is not None:
            raise UsageError(
                f"The images of data set {self.source} were {self.changes} already. Give all changes at once."
            )
        changes.check()
        needed = changes.needed(self.image_shape)
        if needed is None:
            return self
        found = {part: getattr(self, f"{part}_images") for part in PARTS}
        for images in found.values():  # before any of them is changed, which takes a while
            needed.check_size(images, f"Data set {self.source}")
        parts: dict[str, Any] = {f"{part}_images": needed.of(images) for part, images in found.items()}
        return replace(self, **parts, notes=(*self.notes, needed.sentence), changes=needed)

    def _part(self, where: str, part: str) -> tuple[NDArray[Any], NDArray[Any]]:
        images, labels = getattr(self, f"{part}_images"), getattr(self, f"{part}_labels")
        if part == "validation" and not len(images):
            images = np.empty((0, *self.train_images.shape[1:]), np.uint8)
        _check_types(where, part, images, labels)
        return (images[:, None] if images.ndim == 3 else images), labels

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
        """A data set from copies of arrays of any type of number, with the names of its classes, where it has any.

        Images are [N, H, W], [N, C, H, W] or [N, H, W, C], or [N, P] of square gray images, with whole values from 0 to
        255. Labels are whole numbers [N] or [N, 1], or [N, K] with a single 1 in each row and zeros, for K classes.
        Raises DataError for other types, shapes and values, and for those that could mean two things.
        """
        where = f"Data set {source}"
        labels, counts = zip(
            *(
                labels_of(f"{where}: {name}", np.asarray(array))
                for name, array in (("train_labels", train_labels), ("test_labels", test_labels))
            ),
            strict=True,
        )
        return cls(
            source,
            pixels_of(f"{where}: train_images", np.asarray(train_images)),
            labels[0],
            pixels_of(f"{where}: test_images", np.asarray(test_images)),
            labels[1],
            classes=tuple(classes),
            class_count=0 if classes else max(counts),
        )

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256, in hex, of the shapes and bytes of the training and test arrays, whatever the source.

        Gray images have the shape [N, H, W] in it.
        """
        digest = sha256()
        for name in ("train_images", "train_labels", "test_images", "test_labels"):
            array = getattr(self, name)
            shape = [size for axis, size in enumerate(array.shape) if axis != 1 or self.image_shape[0] > 1]
            digest.update(f"{name} {'x'.join(map(str, shape))}\n".encode())
            digest.update(array.data)
        return digest.hexdigest()


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """A contiguous view of `array` (a copy where it is not contiguous) that cannot be written to."""
    view = np.ascontiguousarray(array).view()
    view.setflags(write=False)
    return view


def _check_types(where: str, part: str, images: NDArray[Any], labels: NDArray[Any]) -> None:
    valid_types: tuple[tuple[str, NDArray[Any], tuple[type, ...], str], ...] = (
        (f"{part}_images", images, (np.uint8,), "uint8 is"),
        (f"{part}_labels", labels, (np.uint8, np.uint16), "uint8 and uint16 are"),
    )
    for name, array, types, valid in valid_types:
        if array.dtype not in types:
            raise DataError(
                f"{where}: {name} is of type {array.dtype}, where {valid} valid. Use Dataset.from_arrays to convert."
            )


def _check_part(where: str, part: str, images: NDArray[Any], labels: NDArray[Any], shape: tuple[int, ...]) -> None:
    """The rules that hold for every source."""
    sides = images.shape[2:]
    if images.ndim != 4 or images.shape[1] not in CHANNELS or not all(1 <= side <= MAX_SIDE for side in sides):
        raise DataError(
            f"{where}: {part}_images has shape {list(images.shape)}, where [N, C, H, W] is valid, with 1, 3 or 4 "
            f"channels and sides from 1 to {MAX_SIDE:,} (gray images also as [N, H, W]). Resize the images."
        )
    if images.shape[1:] != shape:
        raise DataError(
            f"{where}: {part}_images holds images of {_told(images.shape[1:])}, where those of the training are "
            f"{_told(shape)}. Give all images the same channels and size."
        )
    if labels.ndim != 1:
        raise DataError(
            f"{where}: {part}_labels has shape {list(labels.shape)}, where [N] is valid. Give one label per image."
        )
    if len(images) != len(labels):
        raise DataError(
            f"{where}: {part}_images holds {len(images):,} images, but {part}_labels {len(labels):,} labels. "
            "Give one label per image."
        )
    if len(images) == 0 and part != "validation":
        raise DataError(f"{where}: {part}_images holds no image. Give at least 1.")


def _check_count(where: str, count: int, names: int) -> None:
    if names and names != count:
        raise DataError(f"{where}: there are {names:,} names for {count:,} classes. Give each class one name.")
    if not 2 <= count <= MAX_CLASSES:
        raise DataError(
            f"{where}: the number of classes is {count:,}, where 2 to {MAX_CLASSES:,} are valid: that of the names, or "
            "the largest label + 1. Number the labels from 0 on, without gaps."
        )


def _check_labels(where: str, name: str, labels: NDArray[Any], count: int) -> None:
    wrong = np.flatnonzero(labels >= count)
    if wrong.size:
        raise DataError(
            f"{where}: {name}[{wrong[0]}] is {labels[wrong[0]]}, where labels from 0 to {count - 1} are valid "
            f"({wrong.size:,} of {labels.size:,} labels are wrong). Correct or remove these images."
        )


def _told(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))
