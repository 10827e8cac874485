"""The lines of a text file, plain or gzip, of bounded length: a table never takes more memory than its rows do."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from mnist_compare.data.readers.files import GZIP, check_size
from mnist_compare.errors import DataError

MAX_TEXT_BYTES = 4_000_000_000
MAX_LINE_BYTES = 10_000_000
MOST_PACKED, FREE_BYTES = 200, 100_000_000
"""A packed table may unpack to so many times its size, and so many bytes besides: pixels as text pack ten times."""


def text_lines(path: Path) -> Iterator[str]:
    """The lines without their ends, the empty ones too; raises DataError for what is no text in UTF-8, is damaged, or
    is larger than text files may be, unpacked too.
    """
    check_size(path, MAX_TEXT_BYTES, "table")
    total = number = 0
    most = min(MAX_TEXT_BYTES, FREE_BYTES + MOST_PACKED * path.stat().st_size)
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == GZIP
            plain.seek(0)
            with gzip.open(plain) if packed else plain as stream:
                while line := stream.readline(MAX_LINE_BYTES + 1):
                    total, number = total + len(line), number + 1
                    _check_line(path, number, line, total > most)
                    yield line.removeprefix(b"\xef\xbb\xbf" if number == 1 else b"").decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise DataError(
            f"{path} is no text in UTF-8: line {number} has the byte 0x{byte:02x}. Save the table as CSV in UTF-8."
        ) from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path} is a damaged gzip file: {error}. Download it again.") from None
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}. Give a readable table.") from None


def _check_line(path: Path, number: int, line: bytes, too_much: bool) -> None:
    if len(line) > MAX_LINE_BYTES:
        raise DataError(f"{path}: line {number} is longer than {MAX_LINE_BYTES:,} bytes, the most that is read.")
    if too_much:
        raise DataError(
            f"{path} unpacks to more than {MAX_TEXT_BYTES:,} bytes, or {MOST_PACKED} times its size, where it was left "
            f"at line {number:,}. Check that it is the right file, or unpack it."
        )
