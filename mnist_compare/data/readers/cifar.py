"""CIFAR-10 and CIFAR-100 in their binary version: a byte or two of labels, then 3,072 of pixels."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from mnist_compare.data.classes import MAX_BYTES as MAX_NAMES_BYTES
from mnist_compare.data.readers.arrays import as_labels
from mnist_compare.data.readers.files import check_not_foreign, entries, read_bounded
from mnist_compare.data.readers.reader import MAX_BYTES, Images, Labels, ReadData, Reader, ReadOptions
from mnist_compare.errors import DataError, unknown

SHAPE = (3, 32, 32)
PIXELS = 3 * 32 * 32


class Kind(NamedTuple):
    """The files of a version, its kinds of labels in the order of their bytes, and where their names stand."""

    train: tuple[str, ...]
    test: str
    labels: dict[str, str]
    classes: dict[str, int]
    usual: str


CIFAR10 = Kind(
    tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
    "test_batch.bin",
    {"label": "batches.meta.txt"},
    {"label": 10},
    "label",
)
CIFAR100 = Kind(
    ("train.bin",),
    "test.bin",
    {"coarse": "coarse_label_names.txt", "fine": "fine_label_names.txt"},
    {"coarse": 20, "fine": 100},
    "fine",
)
PICKLED = ("data_batch_1", "test_batch", "batches.meta", "meta")


def recognizes(path: Path) -> bool:
    """A folder with batches, or one of these files; pickled ones too, to say what to do."""
    folder = path.parent if path.is_file() and path.suffix == ".bin" else path
    return _kind(folder) is not None or _is_pickled(folder)


def _kind(folder: Path) -> Kind | None:
    for kind in (CIFAR10, CIFAR100):
        if any((folder / name).is_file() for name in kind.train) and (
            kind is CIFAR10 or (folder / kind.test).is_file() or (folder / kind.labels["fine"]).is_file()
        ):
            return kind
    return None


def _is_pickled(folder: Path) -> bool:
    names = {each.name for each in entries(folder) if each.name in PICKLED}
    return {"data_batch_1", "batches.meta"} <= names or ("meta" in names and folder.name.startswith("cifar-100-python"))


def read(path: Path, options: ReadOptions) -> ReadData:
    """All batches, in their order; of CIFAR-100 the fine labels, or the coarse ones where label=coarse is given."""
    folder = path.parent if path.is_file() else path
    kind = _kind(folder)
    if kind is None:
        raise DataError(
            f"{folder} is the version of CIFAR for Python: its files are pickles, which can execute anything and are "
            "never read. Download the binary version (cifar-10-binary.tar.gz or cifar-100-binary.tar.gz)."
        )
    label = options.label or kind.usual
    if label not in kind.labels:
        raise unknown("kind of label", label, kind.labels)
    if missing := [name for name in (*kind.train, kind.test) if not (folder / name).is_file()]:
        raise DataError(f"Folder {folder} lacks {', '.join(missing)}. Put the missing files there.")
    parts = [_read_file(folder / name, kind, label) for name in kind.train]
    images = np.concatenate([part[0] for part in parts])
    labels = np.concatenate([part[1] for part in parts])
    notes = () if len(kind.labels) == 1 else (f"Of the kinds of labels, the {label} one is learned.",)
    return ReadData(images, labels, *_read_file(folder / kind.test, kind, label), _names(folder, kind, label), notes)


def _read_file(path: Path, kind: Kind, label: str) -> tuple[Images, Labels]:
    width = len(kind.labels) + PIXELS
    content = np.frombuffer(read_bounded(path, "batch of CIFAR", MAX_BYTES), np.uint8)
    if not content.size or content.size % width:
        raise DataError(
            f"{path} has {content.size:,} bytes, where a multiple of {width:,} is valid: so many for each image. "
            "Download it again."
        )
    table = content.reshape(-1, width)
    place = list(kind.labels).index(label)
    for other, (name, classes) in enumerate(kind.classes.items()):
        wrong = np.flatnonzero(table[:, other] >= classes)
        if wrong.size:
            raise DataError(
                f"{path}: the {name} of image {wrong[0]:,} is {table[wrong[0], other]}, where 0 to {classes - 1} are "
                "valid. Download it again."
            )
    images = np.ascontiguousarray(table[:, len(kind.labels) :]).reshape(-1, *SHAPE)
    return images, as_labels(str(path), table[:, place])


def _names(folder: Path, kind: Kind, label: str) -> tuple[str, ...]:
    path = folder / kind.labels[label]
    if not path.is_file():
        return ()
    check_not_foreign(path)
    try:
        names = read_bounded(path, "list of classes", MAX_NAMES_BYTES).decode().split()
    except UnicodeDecodeError:
        raise DataError(f"{path} is no text in UTF-8. Write one name in a line.") from None
    if len(names) != kind.classes[label]:
        raise DataError(f"{path} has {len(names):,} names, where {kind.classes[label]} are valid. Download it again.")
    return tuple(names)


READER = Reader(
    "cifar",
    "the binary version of CIFAR-10 and CIFAR-100 (#label=coarse for its 20 classes); the pickled one is never read",
    recognizes,
    read,
)
