"""The engine of this machine: one fresh process for each job."""

from contextlib import suppress
from queue import Empty, SimpleQueue
from tempfile import TemporaryFile
from threading import Lock, Thread
from typing import IO, NamedTuple

import msgspec

from mnist_compare.errors import OutputError
from mnist_compare.io.files import file_id
from mnist_compare.runner.engine import Engine, Handle, Setting, WorkerStartError, WorkerUnresponsive
from mnist_compare.runner.last_words import describe_exit, last_lines
from mnist_compare.worker.events import Event
from mnist_compare.worker.job import Job
from mnist_compare.worker.process import Launch, Process
from mnist_compare.worker.request import JobRequest

MAX_EVENT_BYTES = 200_000_000
END_SECONDS = 5.0  # between the end of the pipe and the end of the process, on a machine that is busy


class IdleWorker(NamedTuple):
    """A worker that waits for its request, and the file that its stderr goes to until it has one."""

    launch: Launch
    process: Process
    errors: IO[bytes]

    def end(self) -> None:
        """Nobody needs it."""
        self.process.end()
        self.process.events.close()
        self.errors.close()


class LocalEngine(Engine):
    """Starts a process for each job. One may be started before its job is known, and imports its framework meanwhile:
    the next job that it fits is done by it.
    """

    def __init__(self) -> None:
        self._idle: IdleWorker | None = None
        self._changing = Lock()

    def submit(self, job: Job, setting: Setting) -> Handle:
        """Give the job to the worker that waits for such a one, or to a new one."""
        launch = Launch(job.backend, setting.python, setting.threads, setting.variables)
        try:
            log = setting.log.open("ab", buffering=0)
        except OSError as error:
            raise OutputError(f"Cannot write {setting.log}: {error.strerror}.") from None
        idle = self._take(launch)
        try:
            process = idle.process if idle else Process(launch, log)
        except OSError as error:
            log.close()
            raise WorkerStartError(error) from None
        return LocalHandle(job, setting, process, log, idle)

    def prepare(self, backend: str, python: str, threads: int) -> None:
        """Let a worker of the backend begin, instead of another one that may wait; one that was started alike stays.

        Where it cannot be started nothing is said: the worker that is started later says why.
        """
        launch = Launch(backend, python, threads)
        with self._changing:
            if self._idle and self._idle.launch == launch:
                return
            self._end()
            with suppress(OSError):
                self._idle = _start(launch)

    def close(self) -> None:
        """End the worker that waits."""
        with self._changing:
            self._end()

    def _take(self, launch: Launch) -> IdleWorker | None:
        """The worker that waits, where it was started in just this way. One of the same backend that was started
        otherwise is ended now, so that it disturbs nobody.
        """
        with self._changing:
            idle = self._idle
            if idle is None or idle.launch.backend != launch.backend:
                return None
            if idle.launch != launch:
                self._end()
                return None
            self._idle = None
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


class LocalHandle(Handle):
    """A process that does a job. What it prints goes to the file `log`."""

    def __init__(self, job: Job, setting: Setting, process: Process, log: IO[bytes], idle: IdleWorker | None) -> None:
        self._job, self._setting, self._process, self._log, self._idle = job, setting, process, log, idle
        self._said = log.tell()
        self._lines: SimpleQueue[bytes] = SimpleQueue()
        request = JobRequest.of(job, str(setting.log.absolute()), file_id(log.fileno()))
        Thread(target=self._converse, args=(msgspec.json.encode(request) + b"\n",), daemon=True).start()

    def next_event(self, seconds: float) -> Event | None:
        """The next event; one that nobody sends, where the process has ended, is WorkerUnresponsive."""
        gone = self._process.poll() is not None
        try:
            line = self._lines.get(timeout=seconds)
        except Empty:
            if gone:  # a child of it may keep the pipe open
                raise self._gone() from None
            return None
        if not line:
            if not self._process.has_ended(END_SECONDS):
                raise self._unresponsive("killed, for the worker closed its pipe and did not end,")
            raise self._gone()
        try:
            event = self._job.decode_event(line)
        except (ValueError, msgspec.MsgspecError, RecursionError):
            raise self._unresponsive("the worker sent something that is no event") from None
        self._said = max(self._said, event.logged)
        return event

    def cancel(self) -> None:
        """Ask the process to stop: before a training begins that ends the worker at once."""
        self._process.ask_to_stop()

    def close(self) -> None:
        """End the process, and everything that it has started."""
        self._process.end()
        self._collect()
        self._log.close()

    def _collect(self) -> None:
        """Put into the log what the worker has said before it heard of that."""
        if self._idle:
            with suppress(OSError), self._idle.errors as file:
                file.seek(0)
                self._log.write(file.read())
            self._idle = None

    def _gone(self) -> WorkerUnresponsive:
        return self._unresponsive(describe_exit(self._process.returncode))

    def _unresponsive(self, reason: str) -> WorkerUnresponsive:
        self._collect()
        return WorkerUnresponsive(reason, last_lines(self._setting.log, self._said))

    def _converse(self, request: bytes) -> None:
        """In a thread: write the request to the worker, and collect the lines that it says; an empty one is the end."""
        process = self._process
        assert process.stdin is not None
        with suppress(OSError, ValueError):  # it died at its start: its exit code and its log say why
            process.stdin.write(request)
            process.stdin.flush()
        # Closed here alone: a child of the worker that has left its group may keep the pipe open, and this waiting.
        with suppress(OSError), process.events as pipe:
            while line := pipe.readline(MAX_EVENT_BYTES):
                self._lines.put(line)
        self._lines.put(b"")
