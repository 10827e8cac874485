"""A job that trains nothing: after a moment it says in which process it is done."""

import os
import time
from typing import ClassVar

from mnist_compare.worker.events import Event
from mnist_compare.worker.job import Job


class Done(Event, frozen=True, tag="done"):
    """The last word of the job."""

    is_last: ClassVar[bool] = True
    process: int


class ProcessJob(Job, frozen=True):
    """Wait for so many seconds, and say the id of the process."""

    events: ClassVar = Done
    backend: str
    seconds: float

    def moved(self, places):
        """It needs no file."""
        return self

    def run(self, framework, send):
        """Wait, and say it."""
        time.sleep(self.seconds)
        send(Done(os.getpid()))
