"""What a worker says: events, one JSON line each. Every job has events of its own, beside these."""

from typing import ClassVar

import msgspec

from mnist_compare.worker.environment import Environment


class Event(msgspec.Struct, frozen=True):
    """Something that a worker says of its job; `is_last` after which nothing follows."""

    is_last: ClassVar[bool] = False

    @property
    def place(self) -> str:
        """How far the job has come, in words that go on after "the worker was killed"."""
        return "at its end"

    @property
    def logged(self) -> int:
        """How many bytes of the log are no cause of what may come: what a framework says of itself at its import."""
        return 0


class Located(Event, frozen=True, tag="located"):
    """The framework is imported, and this is where the job is done: the first thing that a worker says."""

    environment: Environment

    @property
    def place(self) -> str:
        """Nothing is known of the job yet."""
        return "before its job began"


class Failed(Event, frozen=True, tag="failed"):
    """A job has failed, for a reason that its own events do not tell."""

    is_last: ClassVar[bool] = True
    reason: str
