"""A worker as a process: how it is started, and ended with everything that it has started."""

import os
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from tempfile import TemporaryDirectory
from typing import IO

import msgspec

from mnist_compare.backend import find_backend
from mnist_compare.errors import MnistCompareError
from mnist_compare.host.environment import thread_variables, worker_environment
from mnist_compare.host.processes import OWN_GROUP, ask_to_stop, inherited, kill_tree, make_pipe


class Launch(msgspec.Struct, frozen=True):
    """What a worker is started with: its backend, its interpreter, CPU threads, and further variables of its
    environment.
    """

    backend: str
    python: str
    threads: int
    variables: Mapping[str, str] = {}

    def environment(self) -> dict[str, str]:
        """All variables that the worker gets."""
        try:
            backend = find_backend(self.backend)
        except MnistCompareError:  # the worker says why
            own = thread_variables(self.threads)
        else:
            own = {**backend.environment(self.threads), **backend.worker_variables}
        return {**worker_environment(self.python), **own, **self.variables}


class Process(subprocess.Popen[bytes]):
    """A worker, which begins to import its framework. Raises OSError where there is none.

    Its order goes to its stdin, and its events come from the pipe `events`. What it prints goes to `errors`, whoever
    prints it: at Python's own start already. Of another pipe it holds one end, and the program the other, which is its
    lifeline: the worker ends when that is closed.
    """

    def __init__(self, launch: Launch, errors: IO[bytes]) -> None:
        variables = launch.environment()
        held, self.lifeline = make_pipe()
        heard, told = make_pipe()
        worker = [launch.python, "-m", "mnist_compare.worker.main", launch.backend]
        self._home = (
            None if _has_home() else TemporaryDirectory(prefix="mnist_compare-home-", ignore_cleanup_errors=True)
        )
        if self._home:
            variables["HOME"] = self._home.name
        try:
            names, passed = inherited([held, told])
            super().__init__(
                [*worker, *names, repr(time.time())],
                stdin=subprocess.PIPE,
                stdout=errors,
                stderr=errors,
                env=variables,
                **passed,
                **OWN_GROUP,  # so that Ctrl-C reaches the program alone, which then ends the worker in order
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
        """End the worker and every process that it has started, as far as the system still knows of it."""
        kill_tree(self)
        self.wait()
        os.close(self.lifeline)
        assert self.stdin is not None
        with suppress(OSError):
            self.stdin.close()
        if self._home:
            self._home.cleanup()

    def ask_to_stop(self) -> None:
        """Ask the worker to save what it has, and to end."""
        ask_to_stop(self)

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
