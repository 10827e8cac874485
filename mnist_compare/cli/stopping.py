"""Signals that end a command in order: Ctrl-C, `kill`, and a terminal that closes."""

import os
import signal
import sys
from contextlib import suppress

from mnist_compare.host.signals import STOPPING

SHOW_CURSOR = b"\x1b[?25h"
SAVING = b"\nStopping; what is under way is saved first. Ctrl-C again ends at once.\n"


def stop_in_order() -> None:
    """Let the signals that end a program raise KeyboardInterrupt with their number; a second Ctrl-C ends it at once."""
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _stop)


def exit_code(stop: KeyboardInterrupt) -> int:
    """The exit code of a program that a signal has ended: 130 after Ctrl-C."""
    return 128 + int(stop.args[0] if stop.args else signal.SIGINT)


def _stop(number: int, frame: object) -> None:
    for other in STOPPING:  # a terminal that closes may say so twice
        signal.signal(other, _leave if other == signal.SIGINT else signal.SIG_IGN)
    if number == signal.SIGINT:
        with suppress(OSError):
            os.write(2, SAVING)
    raise KeyboardInterrupt(number)


def _leave(number: int, frame: object) -> None:
    """End without another word: workers end when this process does."""
    if sys.stderr.isatty():
        os.write(2, SHOW_CURSOR)
    os._exit(128 + number)
