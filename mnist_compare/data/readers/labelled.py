"""Image files with the names of their classes, as parts of a set."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mnist_compare.data.changes import ImageChanges
from mnist_compare.data.readers.arrays import check_number_of_classes, named_classes, numbered
from mnist_compare.data.readers.changer import Changer
from mnist_compare.data.readers.pictures import open_picture, stack, with_channels
from mnist_compare.data.readers.reader import ReadData
from mnist_compare.errors import DataError

Rows = Sequence[tuple[Path, str]]
"""Files, and the class of each."""

PARTS = ("train", "validation", "test")


def read_labelled(
    where: str, parts: Mapping[str, Rows], changes: ImageChanges | None, notes: Sequence[str] = ()
) -> ReadData:
    """The set of files with classes, changed; the classes are those of the training part."""
    if not parts.get("train"):
        raise DataError(f"{where} has no training images. Put at least one image into a class.")
    names = named_classes([name for _, name in parts["train"]])
    check_number_of_classes(where, len(names))
    images, labels, changer = {}, {}, Changer(changes)
    for part in PARTS:
        if rows := parts.get(part):
            labels[part] = numbered(f"{where}: the {part} part", [name for _, name in rows], names)
            images[part] = stack(where, changer.pictures(open_picture(path) for path, _ in rows), len(rows))
    most = max(1 if each.ndim == 3 else each.shape[1] for each in images.values())
    images = {part: with_channels(each, most) for part, each in images.items()}
    return ReadData.of_parts(images, labels, names, notes, changer.made)
