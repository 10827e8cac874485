"""What a worker answers to a job that is done alone, and not among the runs of a comparison."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from mnist_compare.errors import BackendError
from mnist_compare.host.environment import physical_cores
from mnist_compare.interpreters.check import find_interpreter
from mnist_compare.runner.engine import Crash, Setting, run_job
from mnist_compare.runner.engines import open_engine
from mnist_compare.worker.events import Event
from mnist_compare.worker.job import Job

Last = TypeVar("Last", bound=Event)


def answer_to(job: Job, kind: type[Last], python: Mapping[str, str | Path], failed: str) -> Last:
    """The event, of that kind, that ends the job; raises BackendError, `failed` and the reason, where there is none.

    `python` are the interpreters of backends that do not run in this one.
    """
    interpreter = find_interpreter(job.backend, python)
    with tempfile.TemporaryDirectory() as place, open_engine() as engine:
        answer = run_job(engine, job, Setting(physical_cores(), Path(place) / "log.txt", interpreter.path))
    if isinstance(answer, kind):
        return answer
    reason = answer.reason if isinstance(answer, Crash) else getattr(answer, "reason", "no answer")
    raise BackendError(f"{failed}: {reason}")
