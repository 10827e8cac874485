"""Writing files so that what was there stays whole, whatever happens meanwhile."""

import os
from contextlib import suppress
from pathlib import Path

from mnist_compare.errors import OutputError


def write_file(path: Path, content: bytes) -> None:
    """Write the file under a temporary name and rename it, so that no reader ever sees half of it.

    Its folder must be there: one that somebody has removed is not made again by half. Raises OutputError with the
    reason where it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        settle(temporary, path)
    except OSError as error:
        raise OutputError(f"Cannot write {path}: {error.strerror}.") from None
    finally:  # after Ctrl-C too
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def make_folder(path: Path, what: str = "") -> None:
    """Make the folder and those above it where they are missing.

    Raises OutputError where that fails, which says that `what` cannot be written (the folder, unless said).
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"Cannot write {what or f'to {path}'}: {error.strerror}.") from None


def settle(temporary: Path, path: Path) -> None:
    """Give a file that is written and flushed its name, for good: a power cut does not undo it."""
    temporary.replace(path)
    if os.name == "posix":  # elsewhere a folder cannot be opened
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
