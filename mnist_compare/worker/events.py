"""What a worker says: events, one JSON line each. Every job has events of its own, beside these."""

from typing import ClassVar

import msgspec


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


class Failed(Event, frozen=True, tag="failed"):
    """A job has failed, for a reason that its own events do not tell."""

    is_last: ClassVar[bool] = True
    reason: str
