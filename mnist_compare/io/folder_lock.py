"""A folder that one command works in, and no other."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from mnist_compare.errors import OutputError
from mnist_compare.io.files import HeldFolder, file_id, require_same
from mnist_compare.io.reading import dangling_link

LOCK_FILE = ".lock"
ELSEWHERE = "Give another folder with --output."


class FolderLock:
    """A lock that this command holds. It is of the very folder and lock file that it was taken on: whoever removes them
    and makes others in their place makes another lock.
    """

    def __init__(self, held: HeldFolder, descriptor: int) -> None:
        self.folder = held.path
        self._held = held
        self._id = file_id(descriptor)

    def require(self) -> None:
        """Raise OutputError unless the folder is still this one: to be called before whatever is written into it."""
        self._held.require()
        require_same(self.folder / LOCK_FILE, self._id, self.folder)


def refuse_file(folder: Path) -> None:
    """Raise OutputError where something else than a folder lies in its place: a file, or a link that leads nowhere."""
    if link := dangling_link(folder):
        raise OutputError(f"Cannot write to {folder}: {link}. Make that folder, or give another with --output.")
    try:
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"{folder} is a file, not a folder. {ELSEWHERE}")
    except OSError as error:
        raise OutputError(f"Cannot read {folder}: {error.strerror}. {ELSEWHERE}") from None


@contextmanager
def sole_holder(lock_file: Path) -> Iterator[None]:
    """Hold a lock file meanwhile. Raises Timeout where another process holds it, OSError where it cannot be made."""
    lock = FileLock(lock_file)
    lock.acquire(timeout=0)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def locked(folder: Path) -> Iterator[FolderLock]:
    """Make the folder where it is missing, and keep every other command off it meanwhile.

    Raises OutputError where another command is at work on it, or it cannot be written.
    """
    path = folder / LOCK_FILE
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            place = held.enter_context(HeldFolder(folder))
            held.enter_context(sole_holder(path))
            descriptor = os.open(path, os.O_RDONLY)  # as long as it is open, no other file has its number
            held.callback(os.close, descriptor)
            place.require()  # it was not made anew before the lock was taken
        except Timeout:
            raise OutputError(
                f"Another command is at work on {folder}. Wait until it has ended, or give another folder with "
                "--output."
            ) from None
        except OSError as error:
            raise OutputError(f"Cannot write to {folder}: {error.strerror or error}. {ELSEWHERE}") from None
        yield FolderLock(place, descriptor)
