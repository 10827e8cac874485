"""Where an export goes: a folder that is new or empty, or that holds the very same export already."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from mnist_compare.errors import OutputError
from mnist_compare.io.files import make_folder, write_file
from mnist_compare.io.reading import read_file

MARKER_FILE = "mnist_compare_export.json"
MAX_MARKER_BYTES = 10_000


class Marker(msgspec.Struct, frozen=True):
    """What an export is of: the tool that it is for, and the SHA-256 of all that went into it. It is written last."""

    tool: str
    content_sha256: str
    runs: int


def fill(folder: Path, marker: Marker, write: Callable[[Path], None]) -> bool:
    """Have `write` fill the folder, and say whether there was anything to do: the same export is left as it is.

    Where `write` raises, what it has written is taken away again. Raises OutputError where the folder holds something
    else, or cannot be written.
    """
    make_folder(folder.parent)
    made = _claim(folder, marker)
    if made is None:
        return False
    try:
        write(folder)
        write_file(folder / MARKER_FILE, msgspec.json.encode(marker) + b"\n")
    except BaseException as error:
        _clear(folder, made=made)
        if isinstance(error, OSError):
            raise OutputError(f"Cannot write to {folder}: {error.strerror or error}.") from None
        raise
    return True


def _claim(folder: Path, marker: Marker) -> bool | None:
    """Whether the folder was made here; None where it holds the same export."""
    try:
        folder.mkdir()
        return True
    except FileExistsError:
        if _marker(folder) == marker:
            return None
    except OSError as error:
        raise OutputError(f"Cannot write to {folder}: {error.strerror}.") from None
    try:
        is_empty = folder.is_dir() and not any(folder.iterdir())
    except OSError as error:
        raise OutputError(f"Cannot look into {folder}: {error.strerror}.") from None
    if is_empty:
        return False
    what = (
        "holds the export of other records, for another tool or with other options"
        if _marker(folder)
        else "exists already"
    )
    raise OutputError(f"{folder} {what}. Give a new folder with --output, or remove this one.")


def _marker(folder: Path) -> Marker | None:
    with suppress(OSError, msgspec.DecodeError, UnicodeDecodeError):
        return msgspec.json.decode(read_file(folder / MARKER_FILE, MAX_MARKER_BYTES), type=Marker)
    return None


def _clear(folder: Path, *, made: bool) -> None:
    """Take away what was written; a folder that was there before stays, empty as it was."""
    if made:
        shutil.rmtree(folder, ignore_errors=True)
        return
    with suppress(OSError):
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
