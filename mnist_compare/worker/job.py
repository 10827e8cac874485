"""A job: a value that says what a worker is to do. Every package defines its own; the worker knows none of them."""

from abc import abstractmethod
from collections.abc import Callable
from importlib import import_module
from types import UnionType
from typing import Any, ClassVar, Protocol, Self

import msgspec

from mnist_compare.errors import BackendError
from mnist_compare.io.registry import decode_open
from mnist_compare.worker.events import Event, Failed, Located

Send = Callable[[Event], None]


class Framework(Protocol):
    """The framework of a backend, which the worker has imported, or has tried to: what a job works with.

    `start_seconds` is how long the worker took to start, `import_seconds` how long its import took.
    """

    start_seconds: float
    import_seconds: float

    def experiment_class(self) -> type[Any]:
        """The backend's Experiment; raises what its import has raised."""

    def hear_cancel(self) -> None:
        """From now on a request to end is heard, and not obeyed at once: `cancelled` tells of it."""

    def cancelled(self) -> bool:
        """Whether the job is to end."""


class Places(Protocol):
    """Where files lie on a machine that shares no folder with this one, by their paths here."""

    def read(self, path: str) -> str:
        """Of a file, or a folder of files, that a job reads."""

    def written(self, path: str) -> str:
        """Of a file that it writes, or of a folder that it goes on from and writes to."""


class Job(msgspec.Struct, frozen=True):
    """What a worker is to do with one backend. `events` are the kinds of events that it sends."""

    events: ClassVar[type[Event] | UnionType]

    @property
    def backend(self) -> str:
        """The backend whose framework it needs."""
        raise NotImplementedError

    @abstractmethod
    def run(self, framework: Framework, send: Send) -> None:
        """Do it, and send its events, the last one too; what this raises becomes a Failed event."""

    def moved(self, places: Places) -> Self:
        """The same job on another machine; raises BackendError where it needs this one."""
        raise BackendError(f"{type(self).__name__} works on files of this machine: use --engine local")

    @classmethod
    def name(cls) -> str:
        """Where a worker finds the class: "package.module:Class"."""
        return f"{cls.__module__}:{cls.__qualname__}"

    @classmethod
    def decode_event(cls, line: bytes) -> Event:
        """The event in a line of JSON; raises msgspec.DecodeError or ValueError where there is none."""
        event: Event = msgspec.json.decode(line, type=cls.events | Failed | Located, dec_hook=decode_open)
        return event


def find_job(name: str) -> type[Job]:
    """The class of that name, whose module is imported now; raises TypeError where it is no job."""
    module, _, attribute = name.partition(":")
    found = getattr(import_module(module), attribute)
    if not (isinstance(found, type) and issubclass(found, Job)):
        raise TypeError(f"{name} is no job")
    return found
