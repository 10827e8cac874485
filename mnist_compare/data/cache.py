"""What was read slowly is kept as one file for each array, uint8, which later commands map.

The folder is `mnist_compare/datasets` in the user's folder for caches (MNIST_COMPARE_CACHE names another one), and may
be taken away at any time. What is kept goes by the path and content of what was read: changed files are read anew.
"""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from mnist_compare.data.changes import ImageChanges
from mnist_compare.data.dataset import PARTS, Dataset
from mnist_compare.data.shared import map_array
from mnist_compare.errors import DataError, OutputError
from mnist_compare.io.files import make_folder, replacing, write_file
from mnist_compare.io.reading import read_file

VARIABLE = "MNIST_COMPARE_CACHE"
WORTH_KEEPING = 1.0
"""Seconds: what is read faster is read again."""
LEAST_BYTES = 4 * 2**20
"""Files that are smaller, all together, are not even looked at for this."""
MOST_FILES = 100_000
"""Of more, to look at all takes seconds, also where a whole disk was given by mistake."""
MAX_ENTRY_BYTES = 10_000_000
MOST_BYTES = 10 * 2**30
"""More is not kept: what was of no use for longest goes first."""
ARRAYS = tuple(f"{part}_{kind}" for part in PARTS for kind in ("images", "labels"))
ENTRY = "entry.json"
CHUNK = 2**22


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a data set has besides its arrays, and the size of the file of each of these."""

    classes: tuple[str, ...]
    class_count: int
    notes: tuple[str, ...]
    fingerprint: str
    sizes: dict[str, int]
    changes: ImageChanges | None = None


def cached(place: Path, name: str, options: str, read: Callable[[], Dataset]) -> Dataset:
    """The data set that `read` reads, which is called `name`: mapped, where it is kept already.

    Nothing may be read but the file at `place`, or what lies in the folder there; `options` is what else decides what
    is read, in words. Where nothing can be kept, it is only read.
    """
    files = _files(place)
    if files is None:
        return read()
    try:
        folder = cache_folder() / _key(place, files, options)
    except OSError:
        return read()  # which says what is wrong
    with suppress(OSError, DataError, msgspec.DecodeError, ValueError):
        return _open(folder, name)
    begin = perf_counter()
    dataset = read()
    if perf_counter() - begin < WORTH_KEEPING:
        return dataset
    with suppress(OSError, OutputError):
        _keep(dataset, folder)
        _forget_beyond(MOST_BYTES, folder)
        return _open(folder, name)
    return dataset


def cache_folder() -> Path:
    """Where read data sets are kept."""
    given = os.environ.get(VARIABLE)
    return Path(given) if given else user_cache_path("mnist_compare", appauthor=False) / "datasets"


def _files(source: Path) -> list[Path] | None:
    """The files of the source in order; None where they are few bytes, or too many files, or links lead elsewhere."""
    if source.is_file():
        return [source] if source.stat().st_size >= LEAST_BYTES else None
    found: list[str] = []
    size = 0
    for folder, names, files in os.walk(source):
        names.sort()
        if any(os.path.islink(os.path.join(folder, name)) for name in names):  # noqa: PTH114, PTH118 (as below)
            return None
        for name in sorted(files):
            found.append(os.path.join(folder, name))  # noqa: PTH118 (of 100,000 paths, Path takes seconds)
            with suppress(OSError):
                size += os.stat(found[-1]).st_size  # noqa: PTH116
        if len(found) > MOST_FILES:
            return None
    return list(map(Path, found)) if size >= LEAST_BYTES else None


def _key(source: Path, files: Iterable[Path], options: str) -> str:
    """SHA-256 of the names and contents of the files, of the options, and of what reads them; and of the source, which
    notes of a reader may name.
    """
    said = f"{version('mnist-compare')}\n{version('pillow')}\n{options}\n{source}\n"
    digest = sha256(said.encode(errors="surrogateescape"))
    for path in files:
        name = path.name if path == source else str(path.relative_to(source))
        digest.update(f"{name}\n{path.stat().st_size}\n".encode(errors="surrogateescape"))
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _open(folder: Path, source: str) -> Dataset:
    """The kept data set; raises an error where a file is not as it was written."""
    entry = msgspec.json.decode(read_file(folder / ENTRY, MAX_ENTRY_BYTES), type=Entry)
    arrays: dict[str, Any] = {name: _map(folder / f"{name}.npy", entry.sizes[name]) for name in ARRAYS}
    dataset = Dataset(
        source,
        **arrays,
        classes=entry.classes,
        class_count=entry.class_count,
        notes=entry.notes,
        changes=entry.changes,
    )
    vars(dataset)["fingerprint"] = entry.fingerprint
    os.utime(folder / ENTRY)  # when it was last of use
    return dataset


def _map(path: Path, size: int) -> NDArray[Any]:
    if path.stat().st_size != size:
        raise ValueError(path)
    return map_array(path)


def _keep(dataset: Dataset, folder: Path) -> None:
    make_folder(folder)
    sizes = {}
    for name in ARRAYS:
        path = folder / f"{name}.npy"
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.save(file, getattr(dataset, name), allow_pickle=False)
        sizes[name] = path.stat().st_size
    entry = Entry(dataset.classes, dataset.class_count, dataset.notes, dataset.fingerprint, sizes, dataset.changes)
    write_file(folder / ENTRY, msgspec.json.encode(entry))  # the last: without it nothing is kept


def _forget_beyond(most: int, kept: Path) -> None:
    """Take away what was of no use for longest, until all takes `most` bytes, and never the data set in `kept`.

    Of other files in the folder, which may be the user's, none is touched.
    """
    sizes = {folder: sum(_entry_sizes(folder)) for folder in kept.parent.iterdir() if (folder / ENTRY).is_file()}
    total = sum(sizes.values())
    for folder in sorted(sizes.keys() - {kept}, key=lambda folder: (folder / ENTRY).stat().st_mtime):
        if total <= most:
            return
        total -= sizes[folder]
        with suppress(OSError):  # as where another command has it open, and the system forbids it
            for name in (ENTRY, *(f"{name}.npy" for name in ARRAYS)):
                (folder / name).unlink(missing_ok=True)
            folder.rmdir()


def _entry_sizes(folder: Path) -> list[int]:
    paths = (folder / f"{name}.npy" for name in ARRAYS)
    return [path.stat().st_size for path in paths if path.is_file()]
