"""The job of the suite: a worker trains every small case, and asks its backend everything that backends are asked."""

from pathlib import Path
from typing import ClassVar

from mnist_compare.certify.finding import Finding, Untraced
from mnist_compare.certify.selftest import record_cases
from mnist_compare.testing.suite import run_suite
from mnist_compare.worker.events import Event
from mnist_compare.worker.job import Framework, Job, Send


class Checked(Event, frozen=True, tag="checked"):
    """The traces are written, but for the cases that were not (case -> reason), and the suite has found what it has."""

    is_last: ClassVar[bool] = True
    untraced: dict[str, Untraced]
    findings: list[Finding]


class SuiteJob(Job, frozen=True):
    """Write a trace of every small case into the folder, and ask everything that backends are asked."""

    events: ClassVar[type[Event]] = Checked
    backend: str
    folder: str

    def run(self, framework: Framework, send: Send) -> None:
        """Train the cases, then ask."""
        experiment = framework.experiment_class()
        untraced = record_cases(experiment, self.backend, Path(self.folder))
        send(Checked(untraced, run_suite(experiment)))
