"""The engine of this very process: each job in a thread of its own, for backends that need no framework."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Event as Flag
from threading import Lock, Thread, get_ident
from typing import IO, Any

import msgspec

from mnist_compare.backend import find_backend
from mnist_compare.errors import MnistCompareError, OutputError
from mnist_compare.runner.engine import Engine, Handle, Setting, WorkerStartError, WorkerUnresponsive
from mnist_compare.worker.events import Event
from mnist_compare.worker.framework import do_job
from mnist_compare.worker.job import Job
from mnist_compare.worker.request import JobRequest


class _Errors:
    """Stands for stderr while there are jobs: what a job's thread says goes to its log, all else where it went before.

    `redirect_stderr` is for all threads, so that it would take what the program says, too.
    """

    def __init__(self) -> None:
        self._logs: dict[int, IO[str]] = {}
        self._before: Any = None
        self._changing = Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._logs.get(get_ident(), self._before), name)

    @contextmanager
    def going_to(self, log: IO[str]) -> Iterator[None]:
        """Within it, what this thread says goes to the log."""
        with self._changing:
            if not self._logs:
                self._before, sys.stderr = sys.stderr, self
            self._logs[get_ident()] = log
        try:
            yield
        finally:
            with self._changing:
                del self._logs[get_ident()]
                if not self._logs and sys.stderr is self:
                    sys.stderr = self._before


_errors = _Errors()


class InlineEngine(Engine):
    """Does jobs in this process, which keeps no two of them apart: memory and times are not those of a job alone."""

    def submit(self, job: Job, setting: Setting) -> Handle:
        """Begin the job in a thread; raises WorkerStartError for a backend with a framework, which needs a process."""
        try:
            backend = find_backend(job.backend)
        except MnistCompareError as error:
            raise WorkerStartError(error) from None
        if set(backend.modules) - {"numpy"}:
            needed = " and ".join(backend.modules)
            raise WorkerStartError(f"the inline engine has no process of its own for {needed}: use --engine local")
        return InlineHandle(job, setting)


class InlineHandle(Handle):
    """A job in a thread. It goes through JSON as it would to a process, and so do its events."""

    def __init__(self, job: Job, setting: Setting) -> None:
        self._job, self._setting = job, setting
        self._events: SimpleQueue[bytes] = SimpleQueue()
        self._cancel = Flag()
        try:
            self._log = setting.log.open("a")
        except OSError as error:
            raise OutputError(f"Cannot write {setting.log}: {error.strerror}.") from None
        self._thread = Thread(target=self._run, args=(JobRequest.of(job, str(setting.log)),), daemon=True)
        self._thread.start()

    def next_event(self, seconds: float) -> Event | None:
        """The next event."""
        gone = not self._thread.is_alive()
        try:
            return self._job.decode_event(self._events.get(timeout=seconds))
        except Empty:
            if gone:
                raise WorkerUnresponsive("the job ended without a word") from None
            return None

    def cancel(self) -> None:
        """Tell the job to end."""
        self._cancel.set()

    def close(self) -> None:
        """Wait until the job has ended: a thread cannot be killed."""
        self._cancel.set()
        self._thread.join()
        self._log.close()

    def _run(self, request: JobRequest) -> None:
        framework = InlineFramework(self._job.backend, self._cancel)
        with _errors.going_to(self._log):
            do_job(request, framework, lambda event: self._events.put(msgspec.json.encode(event)))


class InlineFramework:
    """A backend without a framework, which is there already."""

    start_seconds = 0.0
    import_seconds = 0.0

    def __init__(self, backend: str, cancel: Flag) -> None:
        self._backend = backend
        self.cancelled = cancel.is_set

    def experiment_class(self) -> type[Any]:
        """The backend's Experiment."""
        return find_backend(self._backend).load()

    def hear_cancel(self) -> None:
        """It is heard anyway."""
