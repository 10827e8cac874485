"""A worker as a process: how it is started, and ended with everything that it has started."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from tempfile import TemporaryDirectory
from typing import IO

import msgspec

from mnist_compare.host.environment import worker_environment


class Launch(msgspec.Struct, frozen=True):
    """What a worker is started with: its backend, its interpreter, and variables of its environment."""

    backend: str
    python: str
    variables: dict[str, str]


class Process(subprocess.Popen[bytes]):
    """A worker, which begins to import its framework. Raises OSError where there is none.

    Its order goes to its stdin, and its events come from the pipe `events`. What it prints goes to `errors`, whoever
    prints it: at Python's own start already. Of another pipe it holds one end, and the program the other, which is its
    lifeline: the worker ends when that is closed.
    """

    def __init__(self, launch: Launch, errors: IO[bytes]) -> None:
        held, self.lifeline = _pipe()
        heard, told = _pipe()
        worker = [launch.python, "-m", "mnist_compare.worker.main", launch.backend]
        variables = worker_environment(launch.python) | launch.variables
        self._home = (
            None if _has_home() else TemporaryDirectory(prefix="mnist_compare-home-", ignore_cleanup_errors=True)
        )
        if self._home:
            variables["HOME"] = self._home.name
        try:
            super().__init__(
                [*worker, str(held), str(told), repr(time.time())],
                stdin=subprocess.PIPE,
                stdout=errors,
                stderr=errors,
                env=variables,
                pass_fds=(held, told),
                start_new_session=True,  # so that Ctrl-C reaches the program alone, which then ends the worker in order
            )
        except OSError:
            os.close(self.lifeline)
            os.close(heard)
            raise
        finally:
            os.close(held)
            os.close(told)
        self.events = os.fdopen(heard, "rb")

    def end(self) -> None:
        """End the worker and every process that it has started and that has not left its group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.wait()
        os.close(self.lifeline)
        assert self.stdin is not None
        with suppress(OSError):
            self.stdin.close()
        if self._home:
            self._home.cleanup()

    def has_ended(self, seconds: float) -> bool:
        """Whether the worker ends by itself within so many seconds."""
        try:
            self.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True


def _has_home() -> bool:
    """Whether the user has a home that can be written to. Paddle needs one at its import, and makes a folder "~" where
    it finds none.
    """
    home = os.path.expanduser("~")  # noqa: PTH111 (Path raises where there is none)
    return os.path.isabs(home) and os.access(home, os.W_OK)  # noqa: PTH117


def _pipe() -> tuple[int, int]:
    """Both ends of a pipe, none of which is stdin, stdout or stderr, though those be closed: a child has its own."""
    ends = os.pipe()
    if min(ends) > 2:
        return ends
    import fcntl

    read, write = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 3) for end in ends)
    for end in ends:
        os.close(end)
    return read, write
