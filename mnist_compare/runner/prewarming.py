"""A worker for the first run of a comparison, which imports its framework while the runs are still laid out."""

from contextlib import suppress
from tempfile import TemporaryFile
from typing import IO, NamedTuple, Self

from mnist_compare.host.environment import thread_variables
from mnist_compare.worker.process import Launch, Process


class IdleWorker(NamedTuple):
    """A worker that waits for its order, and the file that its stderr goes to until it has one."""

    launch: Launch
    process: Process
    errors: IO[bytes]

    def end(self) -> None:
        """Nobody needs it."""
        self.process.end()
        self.process.events.close()
        self.errors.close()


class WorkerPrewarmer:
    """Starts a worker before its job is known, one at a time; ends it where the next job is not for such a one."""

    def __init__(self) -> None:
        self._idle: IdleWorker | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._end()

    def start(self, backend: str, python: str, threads: int) -> None:
        """Let a worker of the backend begin, instead of another one that may wait; one that was started alike stays.

        Where it cannot be started nothing is said: the worker that is started later says why.
        """
        launch = Launch(backend, python, thread_variables(threads))
        if self._idle and self._idle.launch == launch:
            return
        self._end()
        with suppress(OSError):
            self._idle = _start(launch)

    def take(self, launch: Launch) -> IdleWorker | None:
        """The worker that waits, where it was started in just this way: the taker has to end it. One that was started
        otherwise is ended now, so that it disturbs nobody.
        """
        if self._idle and self._idle.launch != launch:
            self._end()
        idle, self._idle = self._idle, None
        return idle

    def _end(self) -> None:
        idle, self._idle = self._idle, None
        if idle:
            idle.end()


def _start(launch: Launch) -> IdleWorker:
    errors = TemporaryFile("w+b", buffering=0)  # noqa: SIM115  it is open as long as the worker waits
    try:
        return IdleWorker(launch, Process(launch, errors), errors)
    except OSError:
        errors.close()
        raise
