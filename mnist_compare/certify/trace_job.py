"""The job of traces: a worker trains cases step by step, one after the other, and keeps what a certificate compares."""

from pathlib import Path
from time import perf_counter
from types import UnionType
from typing import Any, ClassVar, Self

import msgspec
from msgspec.structs import replace

from mnist_compare.backend import find_backend
from mnist_compare.certify.trace import Recorder, TraceSpec
from mnist_compare.data import open_arrays
from mnist_compare.errors import MnistCompareError
from mnist_compare.worker.events import Event
from mnist_compare.worker.failure import describe_error, print_traceback
from mnist_compare.worker.job import Framework, Job, Places, Send


class Traced(Event, frozen=True, tag="traced"):
    """A trace is written. `seconds` are of the training alone; `versions` are the backend's distributions; `passes` are
    those of `mnist_compare.lowering` that have changed something in the network.
    """

    seconds: float
    device: str
    versions: dict[str, str]
    passes: tuple[str, ...]

    @property
    def place(self) -> str:
        """Between two traces, or behind the last one."""
        return "after a trace was written"


class NotTraced(Event, frozen=True, tag="not_traced"):
    """There is no trace, for this reason; the next one may be written all the same."""

    reason: str


class AllTraced(Event, frozen=True, tag="all_traced"):
    """Every trace was written, or was said not to be."""

    is_last: ClassVar[bool] = True


class TraceTask(msgspec.Struct, frozen=True):
    """Train as the spec says, on the images in the folder `arrays`, and write the trace to the file `output`."""

    spec: TraceSpec
    arrays: str
    output: str

    def moved(self, places: Places) -> Self:
        """The same task on another machine."""
        run = self.spec.run.started_from(places.read)
        spec, arrays = replace(self.spec, run=run), places.read(self.arrays)
        return replace(self, spec=spec, arrays=arrays, output=places.written(self.output))


class TraceJob(Job, frozen=True):
    """Write the traces of these tasks, which are one backend's."""

    events: ClassVar[type[Event] | UnionType] = Traced | NotTraced | AllTraced
    tasks: tuple[TraceTask, ...]

    @property
    def backend(self) -> str:
        """The backend that trains."""
        return self.tasks[0].spec.run.backend

    def moved(self, places: Places) -> Self:
        """All tasks go along, and their traces come back."""
        return replace(self, tasks=tuple(task.moved(places) for task in self.tasks))

    def run(self, framework: Framework, send: Send) -> None:
        """Train, and write the traces."""
        kind = framework.experiment_class()
        for task in self.tasks:
            try:
                send(_write(task, kind))
            except MnistCompareError as error:
                send(NotTraced(str(error)))
            except Exception as error:
                print_traceback()
                send(NotTraced(describe_error(error)))
        send(AllTraced())


def _write(task: TraceTask, kind: type[Any]) -> Traced:
    run = task.spec.run
    if task.spec.copy:
        kind = find_backend(run.backend).load_noise()[task.spec.copy]
    experiment = kind(
        run.architecture,
        run.recipe,
        seed=run.seed,
        device=run.device,
        execution=run.execution,
        tuning=run.tuning,
        start=run.start and run.start.source,
    )
    recorder = Recorder(experiment, open_arrays(Path(task.arrays)), task.spec)
    begin = perf_counter()
    recorder.record(Path(task.output))
    seconds = perf_counter() - begin
    return Traced(seconds, experiment.device, find_backend(run.backend).versions(), experiment.passes)
