"""The worker process: `python -m mnist_compare.worker.main BACKEND LIFELINE EVENTS SPAWNED` imports the backend's
framework, takes a request from stdin, and writes events to a pipe.

One process does one job with one framework, and ends. What frameworks print goes to the log. LIFELINE and EVENTS are
file descriptors, of the pipe with which it ends and of the one that it writes to; SPAWNED the time, in seconds since
1970, at which it was started.
"""

import os
import sys
import time
from contextlib import suppress
from typing import BinaryIO

import msgspec

from mnist_compare.errors import MnistCompareError
from mnist_compare.host.matplotlibrc import ignore_matplotlibrc
from mnist_compare.host.processes import take_inherited
from mnist_compare.io.files import FileId, file_id
from mnist_compare.worker.environment import gather_environment
from mnist_compare.worker.events import Event
from mnist_compare.worker.framework import ImportedFramework, do_job
from mnist_compare.worker.job import find_job
from mnist_compare.worker.lifeline import end_with_program
from mnist_compare.worker.request import JobRequest


class Channel:
    """Events to the program, each a line that is sent at once."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe

    def send(self, event: Event) -> None:
        """Write one event."""
        self._pipe.write(msgspec.json.encode(event) + b"\n")
        self._pipe.flush()


def write_errors_to(log: str, log_id: FileId | None) -> None:
    """Let stderr go to this file from now on, and take along what it was told while there was no job.

    A file that is not the one with this id, which another command may have put there, is left alone.
    """
    with suppress(OSError), open(os.open(log, os.O_WRONLY | os.O_APPEND), "ab", buffering=0) as file:  # noqa: PTH123
        if os.path.sameopenfile(2, file.fileno()) or log_id not in (None, file_id(file.fileno())):
            return
        before = os.dup(2)
        os.dup2(file.fileno(), 2)
        os.dup2(2, 1)
        os.lseek(before, 0, os.SEEK_SET)
        file.write(os.read(before, os.fstat(before).st_size))
        os.ftruncate(before, 0)
        os.lseek(before, 0, os.SEEK_SET)  # for whoever was started meanwhile, and still writes there
        os.close(before)


def main() -> None:
    """Import the framework of the backend that the command line names, and do the job on stdin."""
    if len(sys.argv) != 5:
        sys.exit("Error: a worker is started by mnist_compare alone.")
    backend, lifeline, events, spawned = sys.argv[1:]
    start = max(0.0, time.time() - float(spawned))  # the clock may have been set back meanwhile
    end_with_program(take_inherited(lifeline, os.O_RDONLY))
    channel = Channel(os.fdopen(take_inherited(events, os.O_WRONLY), "wb"))
    ignore_matplotlibrc()
    framework = ImportedFramework(backend, start)
    with suppress(MnistCompareError):
        gather_environment(backend)  # most of it is kept: what is asked now delays no job
    request = msgspec.json.decode(sys.stdin.buffer.readline(), type=JobRequest)
    find_job(request.name)  # which fails, and is told on stderr, where that is the name of no job
    write_errors_to(request.log, request.log_id)
    do_job(request, framework, channel.send)


if __name__ == "__main__":
    main()
    # All is written. Frameworks take a tenth of a second and more to take themselves apart, which nobody needs.
    sys.stderr.flush()
    os._exit(0)
