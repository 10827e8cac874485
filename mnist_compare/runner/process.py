"""A worker as a process: how it is started, and ended with everything that it has started."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from typing import IO

import msgspec

from mnist_compare.environment import framework_variables, starting_environment


class Launch(msgspec.Struct, frozen=True):
    """What a worker is started with: its backend, its interpreter, and variables of its environment."""

    backend: str
    python: str
    variables: dict[str, str]


class Process(subprocess.Popen[bytes]):
    """A worker, which begins to import its framework; its stderr goes to `errors`. Raises OSError where there is none.

    It holds one end of a pipe, and the program the other, which is its lifeline: the worker ends when that is closed.
    """

    def __init__(self, launch: Launch, errors: IO[bytes]) -> None:
        held, self.lifeline = os.pipe()
        worker = [launch.python, "-m", "mnist_compare.runner.worker"]
        variables = {**starting_environment(launch.python), **framework_variables(), **launch.variables}
        try:
            super().__init__(
                [*worker, launch.backend, str(held), repr(time.time())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**variables, "PYTHONUNBUFFERED": "1"},
                pass_fds=(held,),
                start_new_session=True,  # so that Ctrl-C reaches the program alone, which then ends the worker in order
            )
        except OSError:
            os.close(self.lifeline)
            raise
        finally:
            os.close(held)

    def end(self) -> None:
        """End the worker and every process that it has started and that has not left its group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.wait()
        os.close(self.lifeline)
        assert self.stdin is not None
        with suppress(OSError):
            self.stdin.close()

    def has_ended(self, seconds: float) -> bool:
        """Whether the worker ends by itself within so many seconds."""
        try:
            self.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True
