"""All readers, and which of them reads a path: those of other packages, by entry point, are asked first."""

from functools import cache
from pathlib import Path

from mnist_compare.data.readers import (
    cifar,
    csv_pixels,
    digits,
    emnist,
    huggingface,
    idx,
    image_folder,
    kuzushiji,
    manifest,
    mat,
    npz,
    qmnist,
)
from mnist_compare.data.readers.files import check_not_foreign, entries, head, named
from mnist_compare.data.readers.image_folder import images_there
from mnist_compare.data.readers.reader import Reader
from mnist_compare.errors import BackendError, DataError, UsageError, unknown
from mnist_compare.io.entry_points import entry_points

ENTRY_POINTS = "mnist_compare.readers"
OWN = tuple(
    module.READER
    for module in (
        idx,
        emnist,
        qmnist,
        kuzushiji,
        npz,
        cifar,
        mat,
        huggingface,
        manifest,
        csv_pixels,
        image_folder,
        digits,
    )
)
DEPTH = 3
MOST_FOLDERS = 500
"""So many folders below the one that is given are looked into, where it is no data set itself."""


@cache
def readers() -> dict[str, Reader]:
    """All readers by name, in the order in which they are asked; raises BackendError where one cannot be loaded."""
    found: dict[str, Reader] = {}
    for point in entry_points(ENTRY_POINTS):
        try:
            reader = point.load()
        except Exception as error:  # a package of somebody else's
            reason = f"{type(error).__name__}: {error}"
            raise BackendError(f"Reader {point.name!r} cannot be loaded: {reason}. Reinstall its package.") from None
        if not isinstance(reader, Reader):
            raise BackendError(f"Reader {point.name!r} is no mnist_compare.data.readers.Reader ({point.value}).")
        found[reader.name] = reader
    return found | {reader.name: reader for reader in OWN if reader.name not in found}


def choose_reader(path: Path, name: str = "") -> tuple[Reader, Path] | None:
    """The reader of a path, and the path that it reads, which may lie below; None where nothing is recognized.

    Raises UsageError where several data sets lie below, or for a name that no reader has.
    """
    if name:
        if name not in readers():
            raise unknown("reader", name, readers())
        return readers()[name], path
    if found := _reader_of(path):
        return found, path
    if path.is_file():
        check_not_foreign(path)
    return _below(path)


def _reader_of(path: Path) -> Reader | None:
    for reader in readers().values():
        try:
            if reader.recognizes(path):
                return reader
        except DataError:
            raise
        except Exception as error:  # of a reader of somebody else's, and of folders that cannot be read
            if reader not in OWN:
                reason = f"{type(error).__name__}: {error}"
                raise BackendError(f"Reader {reader.name!r} failed at {path}: {reason}.") from None
    return None


def _below(path: Path) -> tuple[Reader, Path] | None:
    """The one data set below a folder, at the least depth at which there is any."""
    level = [path]
    for _ in range(DEPTH):
        inside = [each for folder in level for each in entries(folder) if not each.name.startswith(".")][:MOST_FOLDERS]
        found = [(reader, each) for each in inside if (reader := _reader_of(each))]
        places = {each for _, each in found}
        if len(places) > 1:
            shown = named(sorted(places))
            raise UsageError(f"{path} holds {len(places):,} data sets: {shown}. Give the path of one, below it.")
        if found:
            return found[0]
        level = [each for each in inside if each.is_dir()]
    return None


def found_there(path: Path) -> str:
    """What there is at a path that no reader recognizes, and what they read, in sentences."""
    told = f"What is read: {', '.join(readers())} (`list readers` describes them)."
    if path.is_dir():
        inside = entries(path)
        if not inside:
            return f"It is an empty folder. {told}"
        return " ".join(filter(None, (f"It is a folder with {named(inside, 5)}.", images_there(path), told)))
    start = head(path, 8)
    there = f"It is a file that begins with the bytes {start.hex(' ')} ({start!r})." if start else "It is not readable."
    return f"{there} {told}"
