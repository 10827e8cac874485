"""Writing files so that what was there stays whole, whatever happens meanwhile."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import psutil

from mnist_compare.errors import OutputError
from mnist_compare.io.reading import dangling_link

HALF = ".tmp"
_BLOCK = 1 << 20
FileId = tuple[int, int]
"""Device and inode of a file or folder: no other one has the same two while this one is kept open."""


class HeldFolder:
    """A folder that is kept open until `close`, so that another one made in its place is told from it.

    Raises OutputError where there is no folder at the path, or another one than `expected`.
    """

    def __init__(self, path: Path, expected: FileId | None = None) -> None:
        self.path = path
        self._descriptor: int | None = None
        try:
            if sys.platform != "win32":  # there a folder cannot be opened, nor removed while somebody works in it
                self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            self.id = expected or file_id(path)
        except OSError as error:
            self.close()
            raise gone(path, error) from None
        self.require()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let it go."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def require(self) -> None:
        """Raise OutputError unless the path still leads to this folder: to be called before whatever is written."""
        require_same(self.path, self.id, self.path)


def file_id(path: Path | int) -> FileId:
    """Device and inode of what lies at the path, or is open as this descriptor; raises OSError."""
    found = os.stat(path)  # noqa: PTH116  a path or a descriptor
    return found.st_dev, found.st_ino


def stamp(path: Path) -> tuple[int, ...]:
    """What stays the same as long as nobody writes the file or puts another in its place; raises OSError."""
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def require_same(path: Path, wanted: FileId, folder: Path) -> None:
    """Raise OutputError, which names the folder, unless the path leads to the file with this id."""
    try:
        found = file_id(path)
    except OSError as error:
        raise gone(folder, error) from None
    if found != wanted:
        raise replaced(folder)


def gone(folder: Path, error: OSError) -> OutputError:
    """What to say of a folder that cannot be looked into any more, or what lies in it."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return OutputError(f"The folder {folder} is gone, or what was in it. The same command begins anew.")
    return OutputError(
        f"Cannot look into the folder {folder} any more: {error.strerror}. Once that is mended, the same command goes "
        "on."
    )


def replaced(folder: Path) -> OutputError:
    """What to say where another folder has come into the place of this one."""
    return OutputError(
        f"The folder {folder} was removed or moved away while this command worked in it, and there is another in its "
        "place, perhaps of another command. This command stops and leaves that folder alone. Give another one with "
        "--output."
    )


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path to write to: at the end of the block it takes the place of the file, flushed and for good.

    No reader ever sees half of it, and a power cut does not undo it. Whatever the block raises, the file stays as it
    was and the temporary one goes. Its folder must be there: one that somebody has removed is not made again by half.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}{HALF}")
    try:
        yield temporary
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
        _flush_folder(path.parent)
    finally:  # after Ctrl-C too
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def is_taken(path: Path) -> bool:
    """Whether there is something at the path, a link that leads nowhere too; raises OutputError where no path is so."""
    try:
        return os.path.lexists(path)
    except ValueError as error:  # a null character
        raise OutputError(f"Cannot write to {str(path)!r}: {error}.") from None


def write_file(path: Path, content: bytes) -> None:
    """Write the file as `replacing` does. Raises OutputError with the reason where it cannot be written."""
    try:
        with replacing(path) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        remedy = " A file is to be written in its place: move it away." if isinstance(error, IsADirectoryError) else ""
        raise OutputError(f"Cannot write {path}: {error.strerror}.{remedy}") from None


def half_line(path: Path, most: int) -> tuple[int, bytes]:
    """What stands after the last end of line of a file, and where that begins; nothing where it is more than `most`
    bytes. The lines before are not read.
    """
    with path.open("rb") as file:
        size = start = file.seek(0, os.SEEK_END)
        found = b""
        while start > max(0, size - most) and b"\n" not in found:
            begin = max(0, start - _BLOCK, size - most)
            file.seek(begin)
            found, start = file.read(start - begin) + found, begin
    place = found.rfind(b"\n") + 1
    return (start + place, found[place:]) if place or not start else (size, b"")


def cut_off(path: Path, size: int) -> None:
    """Leave so many bytes of a file; they are on the disk then."""
    with path.open("rb+") as file:
        file.truncate(size)
        os.fsync(file.fileno())


def is_being_written(temporary: Path) -> bool:
    """Whether the process that `replacing` had given this temporary name to still lives."""
    process = temporary.name.removesuffix(HALF).rpartition(".")[2]
    return process.isdecimal() and psutil.pid_exists(int(process))


def make_folder(path: Path, what: str = "") -> None:
    """Make the folder and those above it where they are missing.

    Raises OutputError where that fails, which says that `what` cannot be written (the folder, unless said).
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = dangling_link(path) or _file_among(path) or error.strerror
        raise OutputError(f"Cannot write {what or f'to {path}'}: {reason}.") from None


def _file_among(path: Path) -> str:
    """What to say where the path, or one above it, is no folder but a file; nothing where none is."""
    with suppress(OSError):
        for part in (path, *path.parents):
            if part.exists() and not part.is_dir():
                return f"{part} is a file, where a folder is needed. Move it away"
    return ""


def _flush_folder(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    if sys.platform != "win32":  # there a folder cannot be opened
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
