"""Ends a worker, and what it has started, with the program that started it: nobody hears them any more."""

import os
import signal
import sys
from contextlib import suppress
from threading import Thread

from mnist_compare.host.processes import kill_own_tree


def end_with_program(lifeline: int) -> None:
    """From now on. The program holds the other end of the pipe `lifeline`, and never writes: where the pipe is closed,
    the program has ended, killed perhaps.
    """
    if sys.platform == "linux":
        _ask_kernel(lifeline)
    Thread(target=_wait, args=(lifeline,), daemon=True).start()


def _wait(lifeline: int) -> None:
    while os.read(lifeline, 1):
        pass
    kill_own_tree()


if sys.platform == "linux":
    import fcntl

    def _ask_kernel(lifeline: int) -> None:
        """The same from outside: no thread runs where a framework hangs and keeps the interpreter's lock. Other systems
        do not offer it; there such a worker lives until its framework lets the lock go.
        """
        if os.getpgrp() != os.getpid():
            return
        with suppress(OSError):  # it is no pipe
            fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
            fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
            fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
