"""The trained networks of a comparison, and what they answer."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from mnist_compare.backend import relay_members
from mnist_compare.errors import BackendError
from mnist_compare.host.environment import physical_cores
from mnist_compare.interpreters.check import find_interpreter
from mnist_compare.records.record import Record
from mnist_compare.records.spec import DataSpec
from mnist_compare.runner.engine import Crash, Setting, run_job
from mnist_compare.runner.engines import open_engine
from mnist_compare.worker.events import Event
from mnist_compare.worker.job import Job

Last = TypeVar("Last", bound=Event)


@dataclass(frozen=True)
class TrainedNetworks:
    """The records in `folder` whose networks were trained to the end, and where these compute: the device, and the
    interpreters of backends that do not run in this one.
    """

    folder: Path
    records: list[Record]
    device: str
    python: dict[str, str]

    @property
    def data(self) -> DataSpec:
        """What they were trained on."""
        return self.records[0].spec.data

    def ask(self, record: Record, make: Callable[[str, str], Job], kind: type[Last]) -> Last:
        """The answer of a record's network: the event, of that kind, that ends the job which `make` gives for a backend
        and a checkpoint. Raises BackendError with the reason where there is none.
        """
        backend = relay_members(record.backend)[-1]
        interpreter = find_interpreter(backend, self.python)
        job = make(backend, str(self.folder.absolute() / (record.weights or "")))
        with tempfile.TemporaryDirectory() as place, open_engine() as engine:
            answer = run_job(engine, job, Setting(physical_cores(), Path(place) / "log.txt", interpreter.path))
        if isinstance(answer, kind):
            return answer
        reason = answer.reason if isinstance(answer, Crash) else getattr(answer, "reason", "no answer")
        raise BackendError(f"{record.backend} does not answer: {reason}")
