"""Streams to a user who may be gone: a terminal that was closed, a reader that has ended, a disk that is full."""

import errno
import os
import sys
from io import BufferedWriter, FileIO
from typing import Any

from mnist_compare.errors import OutputError
from mnist_compare.io.terminal import Clean

NOBODY_READS = 141
"""Exit code of a program whose reader is gone, as in `| head -1`: 128 + SIGPIPE, as shells have it."""


def write_whoever_reads() -> None:
    """Let progress be lost that cannot be written, and results for a terminal that is gone: the runs matter more.

    Results that go elsewhere end the program: with NOBODY_READS where a pipe's reader is gone, else with OutputError.
    """
    if os.name == "posix":  # elsewhere terminals are no files
        sys.stdout = _lasting(sys.stdout, 1, lost=(errno.EIO,))
        sys.stderr = _lasting(sys.stderr, 2, lost=tuple(errno.errorcode))


class _Lasting(FileIO):
    """A descriptor that takes what it cannot write, where the error is one of `lost`, or has been told already."""

    def __init__(self, descriptor: int, lost: tuple[int, ...]) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self._lost = lost

    def write(self, content: Any, /) -> int:
        try:
            return super().write(content)
        except OSError as error:
            if error.errno in self._lost:
                return len(content)
            self._lost = tuple(errno.errorcode)
            if error.errno == errno.EPIPE:
                raise SystemExit(NOBODY_READS) from None  # not click's 1, which means that no run is done
            raise OutputError(f"Cannot write to the standard output: {error.strerror}.") from None


def _lasting(stream: Any, descriptor: int, lost: tuple[int, ...]) -> Any:
    """A stream like this one, through which nothing steers a terminal.

    It is the same one where it is not the descriptor's, in a notebook for instance, or closed.
    """
    try:
        if stream.fileno() != descriptor:
            return stream
        stream.flush()
    except (AttributeError, OSError, ValueError):
        return stream
    buffer = BufferedWriter(_Lasting(descriptor, lost))
    return Clean(buffer, stream.encoding, stream.errors, line_buffering=True)
