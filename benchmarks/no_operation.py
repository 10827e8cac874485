"""A job that trains nothing: it says some events, each after a moment, and is over."""

import time
from typing import ClassVar, Self

from mnist_compare.worker.events import Event
from mnist_compare.worker.job import Framework, Job, Places, Send


class Said(Event, frozen=True, tag="said"):
    """One of its events."""

    number: int


class Over(Event, frozen=True, tag="over"):
    """The last one."""

    is_last: ClassVar[bool] = True


class NoOperationJob(Job, frozen=True):
    """Say so many events, with so many seconds before each."""

    events: ClassVar = Said | Over
    backend: str
    count: int
    seconds: float = 0.0

    def moved(self, places: Places) -> Self:
        """It needs no file."""
        return self

    def run(self, framework: Framework, send: Send) -> None:
        """Say them."""
        for number in range(self.count):
            time.sleep(self.seconds)
            send(Said(number))
        send(Over())
