"""Ends a worker, and what it has started, with the program that gave it its job: nobody hears them any more."""

import os
import signal
import sys
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread

MANY_BYTES = 2**20


def receive() -> "SimpleQueue[bytes]":
    """The order of the program, which is a line on stdin, as soon as it is there.

    The program writes nothing more then. Where stdin ends, now or later, it has ended too, killed perhaps, and so does
    this process.
    """
    received: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_read, args=(received,), daemon=True).start()
    return received


def _read(received: "SimpleQueue[bytes]") -> None:
    order = b""
    while (part := os.read(0, MANY_BYTES)) and not part.endswith(b"\n"):
        order += part
    if part:
        if sys.platform == "linux":
            _ask_kernel()
        received.put(order + part)
        while os.read(0, 1):
            pass
    else:
        os.write(2, b"Error: stdin ended before an order had come.\n")
    if os.name == "posix" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


if sys.platform == "linux":
    import fcntl

    def _ask_kernel() -> None:
        """The same from outside: no thread runs where a framework hangs and keeps the interpreter's lock."""
        if os.getpgrp() != os.getpid():
            return
        with suppress(OSError):  # stdin is no pipe
            fcntl.fcntl(0, fcntl.F_SETOWN, -os.getpgrp())
            fcntl.fcntl(0, fcntl.F_SETSIG, signal.SIGKILL)
            fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
