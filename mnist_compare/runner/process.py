"""A worker as a process: how it is started, and ended with everything that it has started."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from typing import IO

import msgspec

from mnist_compare.environment import framework_variables, starting_environment

Process = subprocess.Popen[bytes]


class Launch(msgspec.Struct, frozen=True):
    """What a worker is started with: its backend, its interpreter, and variables of its environment."""

    backend: str
    python: str
    variables: dict[str, str]


def start(launch: Launch, errors: IO[bytes]) -> Process:
    """A worker, which begins to import its framework; its stderr goes to `errors`. Raises OSError where it cannot."""
    return subprocess.Popen(
        [launch.python, "-m", "mnist_compare.runner.worker", launch.backend, repr(time.time())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env={
            **starting_environment(launch.python),
            **framework_variables(),
            **launch.variables,
            "PYTHONUNBUFFERED": "1",
        },
        start_new_session=True,  # so that Ctrl-C reaches the program alone, which then ends the worker in order
    )


def end(process: Process) -> None:
    """End the worker and every process that it has started and that has not left its group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert process.stdin is not None
    with suppress(OSError):
        process.stdin.close()


def has_ended(process: Process, seconds: float) -> bool:
    """Whether the worker ends by itself within so many seconds."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True
