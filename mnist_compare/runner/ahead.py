"""A worker for the first run of a comparison, which imports its framework while the runs are still laid out."""

from contextlib import suppress
from tempfile import TemporaryFile
from typing import IO, NamedTuple, Self

from mnist_compare.environment import thread_variables
from mnist_compare.runner.process import Launch, Process, end, start


class Waiting(NamedTuple):
    """A worker that waits for its job, and the file that its stderr goes to until it has one."""

    launch: Launch
    process: Process
    errors: IO[bytes]


class Ahead:
    """Starts a worker before its job is known; ends it where no job comes that fits."""

    def __init__(self) -> None:
        self._waiting: list[Waiting] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for waiting in self._waiting:
            end(waiting.process)
            waiting.errors.close()

    def start(self, backend: str, python: str, threads: int) -> None:
        """Let a worker of the backend begin. Where it cannot be started, the one that is started later says why."""
        launch = Launch(backend, python, thread_variables(threads))
        with suppress(OSError):
            errors = TemporaryFile("a+b", buffering=0)  # noqa: SIM115  it is open as long as the worker waits
            self._waiting.append(Waiting(launch, start(launch, errors), errors))

    def take(self, launch: Launch) -> Waiting | None:
        """The worker that waits, where it was started in just this way; it is the taker's to end."""
        for waiting in self._waiting:
            if waiting.launch == launch:
                self._waiting.remove(waiting)
                return waiting
        return None
