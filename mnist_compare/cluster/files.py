"""Files on their way between the driver and a node: what a job reads, and what it writes."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from mnist_compare.io.files import HALF, stamp

Content = dict[str, NDArray[np.uint8]]
"""Name and bytes of each file, as arrays, which Ray's object store hands out without a copy."""
LOG_SUFFIX = ".txt"
STATE_SUFFIX = ".json"


def packed(path: Path) -> Content:
    """The file, or all files of the folder."""
    files = [path] if path.is_file() else [file for file in sorted(path.iterdir()) if file.is_file()]
    return {file.name: np.fromfile(file, dtype=np.uint8) for file in files if not file.name.endswith(HALF)}


def begun(folder: Path) -> dict[str, bytes]:
    """The files that a job goes on from, without its log."""
    return {name: content.tobytes() for name, content in packed(folder).items() if not name.endswith(LOG_SUFFIX)}


def unpacked(folder: Path, name: str, fetch: Callable[[], Content]) -> Path:
    """The folder `name`, with this content, which is fetched by whoever of this node needs it first."""
    place = folder / name
    with FileLock(folder / f".{name}.lock"):
        if not place.is_dir():
            half = folder / f"{name}{HALF}"
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir()
            for file, content in fetch().items():
                content.tofile(half / file)
            half.rename(place)
    return place


class Changes(NamedTuple):
    """What has changed in a folder: files with their new bytes, and the names of those that are gone."""

    files: dict[str, bytes]
    gone: list[str]

    def apply(self, folder: Path, write: Callable[[Path, bytes], None]) -> None:
        """Do the same to another folder: at any moment it has a whole checkpoint, if it ever had one.

        What a run knew at a checkpoint is written behind that checkpoint, and counts only with it.
        """
        for name in sorted(self.files, key=lambda name: name.endswith(STATE_SUFFIX)):
            write(folder / name, self.files[name])
        for name in self.gone:
            (folder / name).unlink(missing_ok=True)


class WatchedFolder:
    """A folder in which a worker writes, each file under a temporary name first."""

    def __init__(self, path: Path, files: Mapping[str, bytes]) -> None:
        self.path = path
        path.mkdir(parents=True)
        for name, content in files.items():
            (path / name).write_bytes(content)
        self._seen = self._look()

    def changes(self) -> Changes:
        """What has changed since the last call."""
        while True:
            now = self._look()
            try:
                new = {name: (self.path / name).read_bytes() for name in now if now[name] != self._seen.get(name)}
            except FileNotFoundError:  # the worker has gone on meanwhile, and taken away an older checkpoint
                continue
            gone = [name for name in self._seen if name not in now]
            self._seen = now
            return Changes(new, gone)

    def _look(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for file in self.path.iterdir():
            try:
                if not file.name.endswith(HALF):
                    found[file.name] = stamp(file)
            except FileNotFoundError:
                continue
        return found
