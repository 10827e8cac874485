"""Engines: what places the jobs of a comparison. A job is submitted, its worker is listened to, and cancelled."""

import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Self

import msgspec

from mnist_compare.runner.place import Place
from mnist_compare.worker.events import Event
from mnist_compare.worker.job import Job

LOOK_SECONDS = 0.5
STOP_SECONDS = 8.0  # a step of the largest network is to end within them, and its checkpoint to be written
NO_VARIABLES: Mapping[str, str] = MappingProxyType({})


class Setting(msgspec.Struct, frozen=True):
    """What a job is done with: CPU threads, the file that gets what its worker prints, the interpreter, variables that
    are added to the worker's environment, the device that it asks for, and in how many processes with so many threads.
    """

    threads: int
    log: Path
    python: str = sys.executable
    variables: Mapping[str, str] = NO_VARIABLES
    device: str = "auto"
    processes: int = 1


class Crash(msgspec.Struct, frozen=True):
    """The worker is gone without having said how its job ended; `timed_out` where it was killed for its time."""

    reason: str
    timed_out: bool = False


class WorkerStartError(Exception):
    """There is no worker: the interpreter is gone, for instance."""


class WorkerUnresponsive(Exception):
    """Nothing more comes from a worker, for the reason that this says; `words` are its last ones, for a report."""

    def __init__(self, reason: str, words: str = "") -> None:
        super().__init__(reason)
        self.words = words


class Cancelled(Exception):
    """A job was stopped, as its submitter wanted."""


class Handle(ABC):
    """A job that was submitted. As a context it is closed at its end, whatever has happened."""

    @abstractmethod
    def next_event(self, seconds: float) -> Event | None:
        """The next thing that its worker says, or None where it says nothing for so many seconds.

        Raises WorkerUnresponsive where nothing can come any more.
        """

    @property
    def is_placed(self) -> bool:
        """Whether the job has begun. While it waits for a place its time does not run."""
        return True

    @abstractmethod
    def cancel(self) -> None:
        """Ask the job to end in order: a training saves what it has, and says so."""

    @abstractmethod
    def close(self) -> None:
        """End the worker, if it still works."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class Engine(Place, ABC):
    """Places jobs. `submit` is all that one needs.

    `options` are the names of what its class takes by keyword, such as an address. A run whose worker is lost is placed
    again up to `retries` times, unless the user says how often. `keeps_apart` says that each run has a machine for
    itself, however many there are at a time.
    """

    options: ClassVar[tuple[str, ...]] = ()
    retries: ClassVar[int] = 0
    keeps_apart: bool = False

    @abstractmethod
    def submit(self, job: Job, setting: Setting) -> Handle:
        """Begin the job. Raises WorkerStartError where it cannot be begun, OutputError where there can be no log."""

    def prepare(self, backend: str, python: str, threads: int) -> None:
        """A job of this backend is about to come: what takes long may begin. Raises nothing."""

    def close(self) -> None:
        """End what waits for jobs that will not come."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def run_job(
    engine: Engine,
    job: Job,
    setting: Setting,
    on_event: Callable[[Event], None] = lambda event: None,
    *,
    timeout: float | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Event | Crash:
    """Submit the job, listen to all that its worker says, and give its last event.

    After `timeout` seconds the worker is ended. Ctrl-C asks it to end, hears it out, and is raised again; once `stop`
    says True the same is done, and Cancelled is raised. Other errors end it at once. Raises OutputError where the log
    cannot be written.
    """
    try:
        handle = engine.submit(job, setting)
    except WorkerStartError as error:
        return Crash(f"the worker cannot be started: {error}")
    with handle:
        listener = Listener(handle, on_event)
        try:
            last = listener.listen(timeout, stop)
        except KeyboardInterrupt:
            handle.cancel()
            listener.listen(STOP_SECONDS)
            raise
        if last is None:
            handle.cancel()
            listener.listen(STOP_SECONDS)
            raise Cancelled
        return last


class Listener:
    """Hears what a worker says, and knows how far it has come."""

    def __init__(self, handle: Handle, on_event: Callable[[Event], None] = lambda event: None) -> None:
        self._handle, self._on_event = handle, on_event
        self._place = "before the framework was imported"

    def listen(self, seconds: float | None = None, stop: Callable[[], bool] = lambda: False) -> Event | Crash | None:
        """The last event, or how the worker was lost; None once `stop` says True."""
        given = float("inf") if seconds is None else seconds
        end, placed = time.monotonic() + given, self._handle.is_placed
        try:
            while (left := end - time.monotonic()) > 0:
                if stop():
                    return None
                event = self._handle.next_event(min(LOOK_SECONDS, left))
                if not placed:
                    end, placed = time.monotonic() + given, self._handle.is_placed
                if event is not None:
                    self._place = event.place
                    self._on_event(event)
                    if event.is_last:
                        return event
        except WorkerUnresponsive as error:
            return Crash(f"{error} {self._place}{error.words}")
        return Crash(f"killed {self._place}", timed_out=True)
