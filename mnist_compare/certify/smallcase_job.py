"""The job of the self-test: a worker trains every small case."""

from pathlib import Path
from typing import ClassVar

from mnist_compare.certify.finding import Untraced
from mnist_compare.certify.selftest import record_cases
from mnist_compare.worker.events import Event
from mnist_compare.worker.job import Framework, Job, Send


class CasesTraced(Event, frozen=True, tag="cases_traced"):
    """The traces are written, but for the cases that were not (case -> reason)."""

    is_last: ClassVar[bool] = True
    untraced: dict[str, Untraced]


class SmallCasesJob(Job, frozen=True):
    """Write a trace of every small case into the folder."""

    events: ClassVar[type[Event]] = CasesTraced
    backend: str
    folder: str

    def run(self, framework: Framework, send: Send) -> None:
        """Train the cases."""
        send(CasesTraced(record_cases(framework.experiment_class(), self.backend, Path(self.folder))))
