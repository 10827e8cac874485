"""The job of a trace: a worker trains step by step, and keeps what a certificate compares."""

from pathlib import Path
from time import perf_counter
from typing import ClassVar

from mnist_compare.backend import find_backend
from mnist_compare.certify.trace import Recorder, TraceSpec
from mnist_compare.data import open_arrays
from mnist_compare.worker.events import Event
from mnist_compare.worker.job import Framework, Job, Send


class Traced(Event, frozen=True, tag="traced"):
    """A trace is written. `seconds` are of the training alone; `versions` are the backend's distributions; `passes` are
    those of `mnist_compare.lowering` that have changed something in the network.
    """

    is_last: ClassVar[bool] = True
    seconds: float
    device: str
    versions: dict[str, str]
    passes: tuple[str, ...]


class TraceJob(Job, frozen=True):
    """Train as the spec says, on the images in the folder `arrays`, and write the trace to the file `output`."""

    events: ClassVar[type[Event]] = Traced
    spec: TraceSpec
    arrays: str
    output: str

    @property
    def backend(self) -> str:
        """The backend that trains."""
        return self.spec.run.backend

    def run(self, framework: Framework, send: Send) -> None:
        """Train, and write the trace."""
        run, kind = self.spec.run, framework.experiment_class()
        if self.spec.copy:
            kind = find_backend(self.backend).load_noise()[self.spec.copy]
        experiment = kind(
            run.architecture,
            run.recipe,
            seed=run.seed,
            device=run.device,
            execution=run.execution,
            tuning=run.tuning,
        )
        recorder = Recorder(experiment, open_arrays(Path(self.arrays)), self.spec)
        begin = perf_counter()
        recorder.record(Path(self.output))
        seconds = perf_counter() - begin
        send(Traced(seconds, experiment.device, find_backend(self.backend).versions(), experiment.passes))
