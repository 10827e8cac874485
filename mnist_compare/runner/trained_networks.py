"""The trained networks of a comparison, and what they answer."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mnist_compare.backend import relay_members
from mnist_compare.records.record import Record
from mnist_compare.records.spec import DataSpec
from mnist_compare.runner.answer import Last, answer_to
from mnist_compare.worker.job import Job


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
        job = make(relay_members(record.backend)[-1], str(self.folder.absolute() / (record.weights or "")))
        return answer_to(job, kind, self.python, f"{record.backend} does not answer")
