"""Reading files of bounded size: what a file has is looked at before anything is opened or read.

So none takes more memory than its kind may, and none (a pipe, a device) keeps the program waiting for ever.
"""

import errno
import os
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from mnist_compare.errors import UsageError


def user_path(text: str | Path) -> Path:
    """The path that a user has given: a ~ at its beginning is his home, as in a shell."""
    check_utf8(str(text))
    return Path(os.path.expanduser(text))  # noqa: PTH111  a Path raises where there is no such user


def check_utf8(text: str) -> None:
    """Raise UsageError for a name that no file of results could hold: one of bytes that are not UTF-8."""
    if text != text.encode(errors="replace").decode():
        raise UsageError(f"{text!r} is not valid UTF-8, and could not be named in the results. Rename it.")


def without_home(path: str) -> str:
    """The path with a ~ for the user's home, as `user_path` reads it: what is sent on need not tell a user's name.

    >>> without_home("/opt/python/bin/python3")
    '/opt/python/bin/python3'
    """
    home = os.path.expanduser("~").rstrip(os.sep)  # noqa: PTH111  a Path raises where there is none
    return "~" + path.removeprefix(home) if os.path.isabs(home) and path.startswith(home + os.sep) else path  # noqa: PTH117


def dangling_link(path: Path) -> str:
    """What to say where the path, or a folder above it, is a link that leads nowhere; nothing where none is."""
    with suppress(OSError, ValueError):
        for part in (path, *path.parents):
            if part.is_symlink() and not os.path.exists(part):  # noqa: PTH110  a Path raises for a loop of links
                return f"{part} is a link to {os.readlink(part)}, where there is nothing"  # noqa: PTH115
    return ""


def file_size(path: Path, most: int) -> int:
    """The size, in bytes, of a file of at most `most` bytes.

    Raises OSError, whose `strerror` says what is wrong, for a path that cannot be, what is no file, and a larger one.
    """
    try:
        found = path.stat()
    except OSError as error:
        if link := dangling_link(path):
            raise OSError(error.errno, link, str(path)) from None
        raise
    except ValueError as error:  # a null character in the path
        raise OSError(errno.EINVAL, str(error), str(path)) from None
    if S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "It is a device or a pipe, where a file is valid", str(path))
    if found.st_size > most:
        text = f"It is larger than {most:,} bytes (it has {found.st_size:,}), which are the most that is read"
        raise OSError(errno.EFBIG, text, str(path))
    return found.st_size


def read_utf8(path: Path, most: int) -> bytes:
    """The bytes of a text file in UTF-8, without the byte-order mark that some editors put before them.

    Raises OSError as `file_size` does, and for a file in UTF-16.
    """
    content = read_file(path, most)
    _refuse_utf16(path, content)
    return content.removeprefix(BOM_UTF8)


def utf8_lines(path: Path, most: int) -> Iterator[bytes]:
    """The lines of such a file with their ends, one at a time, as they stand there: with a byte-order mark too.

    Raises OSError as `read_utf8` does, before the first line.
    """
    file_size(path, most)
    with path.open("rb") as file:
        for number, line in enumerate(file):
            if not number:
                _refuse_utf16(path, line)
            yield line


def _refuse_utf16(path: Path, content: bytes) -> None:
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise OSError(errno.EILSEQ, "It is in UTF-16: save it as UTF-8", str(path))


def read_file(path: Path, most: int) -> bytes:
    """The bytes of a file; raises OSError as `file_size` does."""
    size = file_size(path, most)
    with path.open("rb") as file:
        return file.read(size)
