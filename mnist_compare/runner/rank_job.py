"""The job of a process that trains along with the first one of a run: it takes the steps that come on its stdin."""

import sys
from contextlib import closing
from pathlib import Path
from types import UnionType
from typing import ClassVar

import msgspec

from mnist_compare.data import open_arrays
from mnist_compare.experiment.following import Follower, Told
from mnist_compare.experiment.shard import WHOLE, Shard
from mnist_compare.host.usage import cpu_seconds, peak_memory
from mnist_compare.records.run_state import RunState
from mnist_compare.records.spec import RunSpec
from mnist_compare.runner.made_experiment import make_experiment
from mnist_compare.worker.events import Event
from mnist_compare.worker.job import Framework, Job, Send


class Followed(Event, frozen=True, tag="followed"):
    """The steps that were told are done: what the process has taken since its start."""

    peak_memory_bytes: int
    cpu_seconds: float


class RankJob(Job, frozen=True):
    """Train the run's network on this shard of every batch, from the same state on: see TrainJob for the fields.

    Every further line on stdin is a Told; the end of stdin is the end of the job.
    """

    events: ClassVar[type[Event] | UnionType] = Followed
    spec: RunSpec
    arrays: str
    checkpoints: str
    state: RunState
    shard: Shard = WHOLE

    @property
    def backend(self) -> str:
        """The backend that trains."""
        return self.spec.backend

    def run(self, framework: Framework, send: Send) -> None:
        """Take the steps that are told, one piece after the other."""
        kind = framework.experiment_class()
        experiment = make_experiment(kind, self.spec, self.state, Path(self.checkpoints), self.shard)
        with closing(Follower(experiment, open_arrays(Path(self.arrays)))) as follower:
            for line in sys.stdin.buffer:
                follower.train(msgspec.json.decode(line, type=Told))
                send(Followed(peak_memory(), cpu_seconds()))
