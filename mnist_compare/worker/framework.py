"""The framework of a backend, imported at once: what an error of that means, only the job can say."""

import signal
from contextlib import suppress
from time import perf_counter
from typing import Any

from mnist_compare.backend import find_backend
from mnist_compare.errors import MnistCompareError
from mnist_compare.host.garbage import importing
from mnist_compare.host.processes import STOP_SIGNAL
from mnist_compare.worker.environment import gather_environment
from mnist_compare.worker.events import Failed, Located
from mnist_compare.worker.failure import describe_error, print_traceback
from mnist_compare.worker.job import Send
from mnist_compare.worker.request import JobRequest


class ImportedFramework:
    """A framework that is imported, or whose import has failed; a signal asks its job to end."""

    def __init__(self, backend: str, start_seconds: float = 0.0) -> None:
        self.start_seconds = start_seconds
        self._cancelled = False
        self._error: Exception | None = None
        begin = perf_counter()
        try:
            with importing():
                self._experiment_class = find_backend(backend).load()
        except Exception as error:
            self._error = error
        self.import_seconds = perf_counter() - begin

    def experiment_class(self) -> type[Any]:
        """The backend's Experiment; raises what its import has raised."""
        if self._error:
            raise self._error
        return self._experiment_class

    def hear_cancel(self) -> None:
        """Take the signal to stop as a request; again after a framework may have put a handler of its own there."""
        signal.signal(STOP_SIGNAL, self._cancel)

    def cancelled(self) -> bool:
        """Whether the job is to end."""
        return self._cancelled

    def _cancel(self, number: int, frame: object) -> None:
        self._cancelled = True


def do_job(request: JobRequest, framework: Any, send: Send) -> None:
    """Say where the job is done, and do it; what it raises is its last event."""
    try:
        job = request.job()
        with suppress(MnistCompareError):  # a backend that is not here, which the job will say
            send(Located(gather_environment(job.backend)))
        job.run(framework, send)
    except MnistCompareError as error:
        send(Failed(str(error)))
    except Exception as error:
        print_traceback()
        send(Failed(describe_error(error)))
