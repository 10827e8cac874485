"""What all readers need of files: their first bytes, whole ones within bounds, and what is no data set at all."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from mnist_compare.errors import DataError, MnistCompareError
from mnist_compare.io.reading import file_size, read_file

HEAD_BYTES = 4096
GZIP = b"\x1f\x8b"
MOST_ENTRIES = 20_000
"""Of a folder, so many entries are looked at where the question is what it is."""
MAX_SHOWN = 200

FOREIGN = (
    ((b"<!doctype html", b"<html", b"<?xml", b"<head"), "is a web page: the download failed. Download it again"),
    (
        (b"version https://git-lfs",),
        "is a pointer of Git LFS, and not the file itself. Fetch that with `git lfs pull`, or download it",
    ),
    (
        (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"),
        "is a pickle, which can execute anything and is never read. Save its arrays with np.savez as x_train, y_train, "
        "x_test and y_test",
    ),
    ((b"BZh", b"\xfd7zXZ", b"Rar!", b"7z\xbc\xaf"), "is an archive. Unpack it, and give what was in it"),
)
"""How files begin that are no data sets, in small letters, and what to say of them."""


def head(path: Path, size: int = HEAD_BYTES) -> bytes:
    """The first bytes of a file, unpacked where it is gzip; none where it cannot be read."""
    with suppress(OSError, ValueError, EOFError, zlib.error):
        if path.is_file():
            with path.open("rb") as file:
                start = file.read(size)
            if start[:2] != GZIP:
                return start
            with gzip.open(path, "rb") as stream:
                return stream.read(size)
    return b""


def is_text(start: bytes) -> bool:
    """Whether a file that begins so may be text."""
    return bool(start) and b"\0" not in start


def check_not_foreign(path: Path) -> None:
    """Raise DataError for a web page, a pickle, an archive, and an empty file."""
    start = head(path, 600)
    if not start and path.is_file() and path.stat().st_size == 0:
        raise DataError(f"{path} is empty. Download it again.")
    plain = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:100]
    for beginnings, told in FOREIGN:
        if plain.startswith(beginnings) or plain.lower().startswith(beginnings):
            raise DataError(f"{path} {told}.")
    if start[257:262] == b"ustar":
        raise DataError(f"{path} is an archive. Unpack it, and give what was in it.")


def read_bounded(path: Path, what: str, most: int) -> bytes:
    """The bytes of a file of at most so many; raises DataError, also for a file of another kind."""
    with reading(path, what):
        content = read_file(path, most)
    check_not_foreign(path)
    return content


@contextmanager
def reading(path: Path, what: str, remedy: str = "Download or make it again.") -> Iterator[None]:
    """Make a DataError of whatever fails at a file: for damaged bytes, libraries raise exceptions of many kinds."""
    try:
        yield
    except MnistCompareError:
        raise
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror or one_line(error)}. Give a readable {what}.") from None
    except MemoryError:
        raise DataError(f"{path} needs more memory than there is. {remedy}") from None
    except Exception as error:
        raise DataError(f"{path} cannot be read as {what}: {one_line(error)}. {remedy}") from None


def check_size(path: Path, most: int, what: str) -> None:
    """Raise DataError for what is no file, is a larger one, or of a kind that no reader reads."""
    with reading(path, what):
        file_size(path, most)
    check_not_foreign(path)


def one_line(error: Exception) -> str:
    """What an exception of a library says, in one line, without its full stop."""
    text = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, in the order of the names; nothing where it is none, or cannot be read."""
    try:
        return sorted(islice(folder.iterdir(), MOST_ENTRIES)) if folder.is_dir() else []
    except (OSError, ValueError):
        return []


def named(paths: list[Path], most: int = 10) -> str:
    """The names of the first of some paths, and how many more there are."""
    shown = ", ".join(path.name for path in paths[:most])
    return f"{shown} and {len(paths) - most:,} more" if len(paths) > most else shown
