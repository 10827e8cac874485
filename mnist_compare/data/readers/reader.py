"""What a reader is, and the value that every reader gives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.changes import ImageChanges
from mnist_compare.errors import DataError, UsageError, unknown

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]

MAX_BYTES = 2_000_000_000
"""The most bytes of pixels, and the largest file, that are read."""


@dataclass(frozen=True, eq=False)
class ReadData:
    """What stands in the files, the same for every format.

    Images are uint8 [N, H, W] or [N, C, H, W], labels int64 [N], from 0 on. A part that the files do not have is None.
    `class_names` has one name for each label, or is empty. `notes` are sentences on what a user should know: what was
    turned, left out or renumbered. `changes` are those of the options that the reader has made itself, as far as they
    made a difference; None leaves them to whoever has called it.
    """

    train_images: Images
    train_labels: Labels
    test_images: Images | None = None
    test_labels: Labels | None = None
    class_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    validation_images: Images | None = None
    validation_labels: Labels | None = None
    changes: ImageChanges | None = None

    @classmethod
    def of_parts(
        cls,
        images: Mapping[str, Images],
        labels: Mapping[str, Labels],
        class_names: tuple[str, ...] = (),
        notes: Sequence[str] = (),
        changes: ImageChanges | None = None,
    ) -> "ReadData":
        """From images and labels by part: train, and test and validation where there are any."""
        return cls(
            images["train"],
            labels["train"],
            images.get("test"),
            labels.get("test"),
            class_names,
            tuple(notes),
            images.get("validation"),
            labels.get("validation"),
            changes,
        )


@dataclass(frozen=True)
class ReadOptions:
    """What a user says about a source, behind its path: `PATH#split=letters,test-share=0.2`.

    Options:
        split: which of several sets in one place is read, such as letters of EMNIST.
        label: the column, or the kind of label, that is learned.
        image: the column with the images.
        test_share: the share of the images of each class that becomes the test part, where there is none.
        test_seed: which images these are.
        reader: the name of the reader, where several could read the path.
        changes: what the images will be changed by, which stands in no path: a reader of image files may do so itself,
            one by one.
    """

    split: str = ""
    label: str = ""
    image: str = ""
    test_share: float = 0.0
    test_seed: int = 0
    reader: str = ""
    changes: ImageChanges | None = None


@dataclass(frozen=True)
class Reader:
    """A format of data sets.

    `recognizes` looks at a path, by what is there, and reads little; `read` gives what stands there, or raises
    DataError in a sentence. Neither may execute or unpickle what it reads.
    """

    name: str
    reads: str
    recognizes: Callable[[Path], bool]
    read: Callable[[Path, ReadOptions], ReadData]


def parse_options(text: str) -> ReadOptions:
    """The options in "split=letters,test-share=0.2"; raises UsageError for unknown names and wrong numbers."""
    kinds: dict[str, tuple[str, Any]] = {
        field.name.replace("_", "-"): (field.name, field.type)
        for field in fields(ReadOptions)
        if field.name != "changes"
    }
    values: dict[str, Any] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = (part.strip() for part in item.partition("="))
        if name not in kinds:
            raise unknown("option of a data set", name, kinds)
        if not equals or not value:
            raise UsageError(f"The option {name} of a data set has no value. Write {name}=VALUE.")
        field, kind = kinds[name]
        try:
            values[field] = kind(value)
        except ValueError:
            raise UsageError(f"The option {name} of a data set is {value[:40]!r}, where a number is valid.") from None
    options = ReadOptions(**values)
    if options.test_share and not 0 < options.test_share < 1:
        raise UsageError(f"test-share must be above 0 and below 1 (it is {options.test_share}): 0.2 is a fifth.")
    return options


def check_read(where: str, data: ReadData) -> None:
    """Raise DataError unless the arrays fit together: what a reader, which may be of anybody, has given."""
    for part in ("train", "validation", "test"):
        images, labels = getattr(data, f"{part}_images"), getattr(data, f"{part}_labels")
        if (images is None) != (labels is None) or (images is None and part == "train"):
            raise DataError(f"{where}: the {part} part lacks images or labels. Its reader must give both.")
        if images is None:
            continue
        if images.dtype != np.uint8 or images.ndim not in (3, 4) or labels.ndim != 1 or labels.dtype.kind not in "iu":
            raise DataError(
                f"{where}: the {part} part has images {images.dtype} {list(images.shape)} and labels {labels.dtype} "
                f"{list(labels.shape)}, where uint8 [N, H, W] or [N, C, H, W] and integers [N] are valid."
            )
        if len(images) != len(labels):
            raise DataError(
                f"{where}: the {part} part has {len(images):,} images, but {len(labels):,} labels. "
                "Give one label per image."
            )
        if not images.size:
            raise DataError(f"{where}: the {part} part has no image. Give at least 1.")
        if images.shape[1:] != data.train_images.shape[1:]:
            raise DataError(
                f"{where}: the images of the {part} part are {list(images.shape[1:])}, those of the training part "
                f"{list(data.train_images.shape[1:])}. Make all of one size."
            )
    if len(np.unique(data.train_labels)) < 2:
        raise DataError(
            f"{where}: all {len(data.train_labels):,} training images are of one class, where 2 to 1,000 classes are "
            "valid. Nothing can be learned from one: add images of others."
        )
