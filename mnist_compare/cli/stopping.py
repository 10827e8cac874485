"""Signals that end a command in order: Ctrl-C, `kill`, and a terminal that closes."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

from mnist_compare.host.signals import STOPPING

SHOW_CURSOR = b"\x1b[?25h"
SAVING = b"\nStopping; what is under way is saved first. Ctrl-C again ends at once.\n"


class Stopped(KeyboardInterrupt):
    """A signal has come that ends the command. It is what Ctrl-C is to any Python program, and tells which signal."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def stopping_in_order(text: str) -> Iterator[None]:
    """Let a signal that ends a program end what is done here in order; then this is said, and the command exits.

    A second Ctrl-C ends the program at once. Once it has ended well, signals still end the command, in silence.
    """
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _stop)
    try:
        yield
    except KeyboardInterrupt as stop:
        click.echo(f"\n{text}", err=True)
        sys.exit(exit_code(stop))


def exit_code(stop: KeyboardInterrupt) -> int:
    """The exit code of a program that a signal has ended: 130 after Ctrl-C."""
    return 128 + (stop.number if isinstance(stop, Stopped) else signal.SIGINT)


def _stop(number: int, frame: object) -> None:
    for other in STOPPING:  # a terminal that closes may say so twice
        signal.signal(other, _leave if other == signal.SIGINT else signal.SIG_IGN)
    if number == signal.SIGINT:
        with suppress(OSError):
            os.write(2, SAVING)
    raise Stopped(number)


def _leave(number: int, frame: object) -> None:
    """End without another word: workers end when this process does."""
    if sys.stderr.isatty():
        os.write(2, SHOW_CURSOR)
    os._exit(128 + number)
