"""Where data sets come from: the embedded MNIST, and whatever a reader recognizes."""

from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.arrays import labels_of
from mnist_compare.data.cache import cached
from mnist_compare.data.changes import ImageChanges
from mnist_compare.data.classes import FASHION_MNIST
from mnist_compare.data.dataset import PARTS, Dataset
from mnist_compare.data.idx import read_idx
from mnist_compare.data.readers import (
    ReadData,
    Reader,
    ReadOptions,
    check_read,
    choose_reader,
    csv_pixels,
    found_there,
    manifest,
    mat,
    npz,
    parse_options,
)
from mnist_compare.data.readers.digits import SOURCE as DIGITS
from mnist_compare.data.readers.registry import OWN
from mnist_compare.data.split import stratified
from mnist_compare.errors import DataError, UsageError, unknown
from mnist_compare.io.options import check_arguments, check_seed
from mnist_compare.io.reading import dangling_link, read_file, user_path

MNIST = "mnist"
MNIST_FINGERPRINT = "4179b8b097b10108fac920cf2f101433b422e0e6d2a6b82fa5584387edfd4322"
"""`Dataset.fingerprint` of MNIST, which users may also have as files of their own."""

FASHION_MNIST_FINGERPRINT = "83213cc63b0e9bb4eede4128c9b9c56f36bb49fc664d9d77fc727e834a763585"
"""That of Fashion-MNIST as it was published, without the names of its classes, which are known."""

MNIST_FOLDER = Path(__file__).parent / "mnist"
EMBEDDED_SHA256 = {
    "train-images-idx3-ubyte.gz": "0b367032e93c5d0cea0925647cfdb18614af8ee15f83e6f2fc2ad904a6835971",
    "train-labels-idx1-ubyte.gz": "1787548bbe0bff1ec2ecdc0ef292b02df999e2d1a6002d27500982c652b17203",
    "t10k-images-idx3-ubyte.gz": "1a1a05eab793c14bb050b398624a11b0ffd1a2953baed553b1b9bd079e2a20be",
    "t10k-labels-idx1-ubyte.gz": "b91679a0acfe4ba0e50a2437a903084cba1f5f92592b016a25a7dfd00455798b",
}
"""SHA-256 of the files of this package as they lie there: neither in what they hold nor in the header of gzip may a bit
be wrong."""

MAX_EMBEDDED_BYTES = 20_000_000
VALID_SOURCES = (MNIST, DIGITS, "the path of files that one of `list readers` reads")
OPTIONS = "#"
"""What stands between the path of a data set and its options."""


def load_dataset(source: str | Path = MNIST, changes: ImageChanges | None = None) -> Dataset:
    """The data set of `source`: `"mnist"`, or the path of files that a reader recognizes; with `changes` of its images.

    Behind the path there may be options: `"train.csv#label=class,test-share=0.2"`. The embedded MNIST is verified bit
    by bit, other sets by structure. A folder that is itself called mnist is given as `./mnist`, or as a Path. The
    `source` of a data set from a path is the absolute path with its options. Raises UsageError for a source that no
    reader recognizes, DataError for one that is damaged.

    >>> load_dataset("mnist").train_images.shape
    (60000, 1, 28, 28)
    """
    check_arguments(load_dataset, source=source, changes=changes)
    if source == MNIST:
        return _changed(read_embedded(MNIST_FOLDER), changes)
    found = _find(source)

    def read() -> Dataset:
        return _changed(to_dataset(found.read(changes), found.name), changes)

    decides = found.text if changes is None else f"{found.text}\n{changes!r}"
    dataset = cached(found.place, found.name, decides, read) if found.is_alone() else read()
    return dataset.described(notes=(*found.notes, *dataset.notes))


def _changed(dataset: Dataset, changes: ImageChanges | None) -> Dataset:
    """The set with these changes, unless its reader has made them already."""
    return dataset if changes is None or dataset.changes else dataset.changed(changes)


def with_test_share(source: str | Path | Dataset, share: float | None) -> str | Path | Dataset:
    """The source with a share for the test among its options."""
    if share is None:
        return source
    if source == MNIST or isinstance(source, Dataset):
        raise UsageError("The data set has a test part of its own. Leave the test share out.")
    _, text = _divided(source)
    return f"{source}{',' if text else OPTIONS}test-share={share}"


def read_source(source: str | Path) -> tuple[ReadData, str]:
    """What stands at a source, with a test part, and the source as records have it: absolute, with its options."""
    found = _find(source)
    read = found.read()
    return replace(read, notes=(*found.notes, *read.notes)), found.name


@dataclass(frozen=True)
class _Found:
    """A source that a reader recognizes, at a place that may lie below its path; `text` are its options, `name` is what
    records call it.
    """

    reader: Reader
    place: Path
    path: Path
    text: str
    name: str

    def read(self, changes: ImageChanges | None = None) -> ReadData:
        options = replace(parse_options(self.text), changes=changes)
        read = self.reader.read(self.place, options)
        check_read(str(self.place), read)
        return _with_test_part(read, self.name, options)

    @property
    def notes(self) -> tuple[str, ...]:
        return () if self.place == self.path else (f"The data set was found in {self.place}.",)

    def is_alone(self) -> bool:
        """Whether it is known that nothing is read but what is at the place: not of a reader of another package, of a
        manifest, which may name files anywhere, or of a file that others beside it belong to.
        """
        if self.reader not in OWN or self.reader is manifest.READER:
            return False
        if self.place.is_dir() or self.reader is npz.READER:
            return True
        # Of a table and of a file of MATLAB, the test part is taken from the file beside it, unless it is here.
        return self.reader in (csv_pixels.READER, mat.READER) and bool(parse_options(self.text).test_share)


def _find(source: str | Path) -> _Found:
    path, text = _divided(source)
    options = parse_options(text)
    try:
        name = str(path) if source == "" or not path.exists() else str(path.absolute())
        path = Path(name)
        found = choose_reader(path, options.reader) if source != "" else None
    except OSError as error:
        raise UsageError(f"Cannot read the data set {path}: {error.strerror}. Give a readable path.") from None
    except ValueError:
        found = None
    if found is None:
        raise _unknown(path, str(source))
    return _Found(found[0], found[1], path, text, f"{name}{OPTIONS}{text}" if text else name)


def _divided(source: str | Path) -> tuple[Path, str]:
    """The path of a source, and its options; a path that is there is taken as it is."""
    whole = user_path(source)
    try:
        if whole.exists() or OPTIONS not in str(source):
            return whole, ""
    except (OSError, ValueError):
        return whole, ""
    path, _, text = str(source).rpartition(OPTIONS)
    return user_path(path), text


def _unknown(path: Path, source: str) -> UsageError:
    try:
        hint = found_there(path) if source and path.exists() else "No file or folder has that name."
    except (OSError, ValueError):
        hint = "No file or folder has that name."
    if link := dangling_link(path):
        hint = f"{link}."
    return unknown("data set", source, VALID_SOURCES, hint)


def _with_test_part(read: ReadData, source: str, options: ReadOptions) -> ReadData:
    """The set with a test part: the one that it has, or the share of its images that the options say."""
    if read.test_labels is not None:
        if options.test_share:
            raise UsageError(f"{source} has a test part of its own. Leave the test share out.")
        return read
    if not options.test_share:
        joined = f"{source},test-share=0.2" if OPTIONS in source else f"{source}{OPTIONS}test-share=0.2"
        told = "".join(f" {note}" for note in read.notes)
        raise UsageError(
            f"{source} has no test images, which a comparison needs.{told} Give {joined} in its place to take a "
            "fifth of each class for the test; `run` has --test-share 0.2 for that."
        )
    check_seed(options.test_seed, "test-seed")
    size = round(len(read.train_labels) * options.test_share)
    if not 0 < size < len(read.train_labels):
        raise UsageError(
            f"The test share {options.test_share} of the {len(read.train_labels):,} images of {source} is {size}, and "
            "leaves none on one side. Give another share."
        )
    test = stratified(read.train_labels, size, options.test_seed, "test share")
    train = np.setdiff1d(np.arange(len(read.train_labels)), test, assume_unique=True)
    share = f"{options.test_share:.3g} of each class"
    note = f"{size:,} images, {share}, were taken for the test, chosen by seed {options.test_seed}."
    return replace(
        read,
        train_images=read.train_images[train],
        train_labels=read.train_labels[train],
        test_images=read.train_images[test],
        test_labels=read.train_labels[test],
        notes=(*read.notes, note),
    )


def to_dataset(read: ReadData, source: str) -> Dataset:
    """The data set that is trained on, of what a reader has given: of its arrays, which are not copied."""
    if read.test_images is None or read.test_labels is None:
        raise DataError(f"{source} has no test images. Give some.")
    parts: dict[str, Any] = {}
    for part in PARTS:
        images, labels = getattr(read, f"{part}_images"), getattr(read, f"{part}_labels")
        if images is not None:
            parts[f"{part}_images"] = images
            parts[f"{part}_labels"], _ = labels_of(f"Data set {source}: {part}_labels", labels)
    notes = (*read.notes, read.changes.sentence) if read.changes else read.notes
    dataset = Dataset(source, **parts, classes=tuple(read.class_names), notes=notes, changes=read.changes)
    if not read.class_names and dataset.fingerprint == FASHION_MNIST_FINGERPRINT:
        return dataset.described(classes=FASHION_MNIST)
    return dataset


def read_embedded(folder: Path) -> Dataset:
    """The MNIST of this package, from its folder; raises DataError where a single bit of the files is wrong."""
    train_images, train_labels, test_images, test_labels = (embedded_array(name, folder) for name in EMBEDDED_SHA256)
    dataset = Dataset(MNIST, train_images, train_labels, test_images, test_labels)
    vars(dataset)["fingerprint"] = MNIST_FINGERPRINT  # whose every bit was just looked at
    return dataset


def embedded_array(name: str, folder: Path = MNIST_FOLDER) -> NDArray[np.uint8]:
    """What one of the files of EMBEDDED_SHA256 holds; raises DataError where a single bit of it is wrong."""
    path = folder / name
    try:
        found = sha256(read_file(path, MAX_EMBEDDED_BYTES)).hexdigest()
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}. Install mnist-compare again.") from None
    if found != EMBEDDED_SHA256[name]:
        raise DataError(
            f"{path} is damaged: its SHA-256 is {found}, where {EMBEDDED_SHA256[name]} is valid. "
            "Install mnist-compare again."
        )
    # These very files: a reader would prefer an unpacked one beside them, which nobody has looked at.
    return read_idx(path, 3 if "images" in name else 1)
