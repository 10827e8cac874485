"""What comes from standard input: one image, or a list of the names of many, which may stand in a file, too."""

import os
import sys
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path

from mnist_compare.data.image_source import MAX_FILE_BYTES, ImageBytes
from mnist_compare.errors import DataError, UsageError
from mnist_compare.io.reading import read_file

STDIN = Path("-")
MAX_LIST_BYTES = 100_000_000


class StandardInput:
    """An image that is still to be read from standard input."""

    def __str__(self) -> str:
        return "stdin"

    def read(self) -> ImageBytes:
        """The image; raises DataError where there is none, or a larger one than is read."""
        return ImageBytes(str(self), _content(MAX_FILE_BYTES))


def require_input(what: str) -> None:
    """Raise UsageError where standard input is a terminal: `what` is to come from there."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(f"{what} from standard input, which is a terminal here. Use < FILE, or a pipe.")


def read_list(file: Path) -> list[Path]:
    """The files that a list names, one in a row, or each ended by a null character, as `find -print0` does it; `-` is
    standard input. Raises UsageError for a list without any, and one that cannot be read.
    """
    if file == STDIN:
        require_input("--files-from - reads names")
    try:
        content = _content(MAX_LIST_BYTES) if file == STDIN else read_file(file, MAX_LIST_BYTES)
    except OSError as error:
        raise UsageError(f"Cannot read the list {file}: {error.strerror}. --files-from - reads a pipe.") from None
    except DataError as error:
        raise UsageError(str(error)) from None
    told = "Standard input" if file == STDIN else str(file)
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise UsageError(f"{told} is in UTF-16. Save the list as UTF-8.")
    rows = content.split(b"\0") if b"\0" in content else [row.removesuffix(b"\r") for row in content.split(b"\n")]
    names = [Path(os.fsdecode(row)) for row in (rows[0].removeprefix(BOM_UTF8), *rows[1:]) if row.strip()]
    if not names:
        raise UsageError(f"{told} names no file. Write the name of an image in each row.")
    return names


def _content(most: int) -> bytes:
    """All of standard input; raises DataError."""
    try:
        content = sys.stdin.buffer.read(most + 1)
    except OSError as error:
        raise DataError(f"Cannot read standard input: {error.strerror or error}.") from None
    if len(content) > most:
        raise DataError(f"Standard input has more than {most:,} bytes, which are the most that are read.")
    return content
