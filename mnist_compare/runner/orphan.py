"""Ends a worker, and what it has started, with the program that gave it its job: nobody hears them any more."""

import os
import signal
import sys
from contextlib import suppress
from threading import Thread


def end_with_program() -> None:
    """From now on. The program writes nothing more to stdin: where that ends, it has ended too, killed perhaps."""
    if sys.platform == "linux":
        _ask_kernel()
    Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    while os.read(0, 1):
        pass
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
