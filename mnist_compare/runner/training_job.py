"""The job of a run: a worker trains, saves, and says how far it is."""

import os
from pathlib import Path
from time import perf_counter
from types import UnionType
from typing import Any, ClassVar, Self

from msgspec.structs import replace
from numpy.typing import NDArray

from mnist_compare.data import open_arrays
from mnist_compare.data.normalize import NormalizedPixels
from mnist_compare.errors import BackendError, DataError, Diverged, OutputError, UsageError
from mnist_compare.experiment import Experiment
from mnist_compare.experiment.early_stopping import best_epoch
from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.experiment.loop import checkpoint_name
from mnist_compare.host.machine import load_average
from mnist_compare.host.usage import Load, peak_memory
from mnist_compare.io.files import FileId, HeldFolder
from mnist_compare.records.record import Status
from mnist_compare.records.run_state import RunState, write_run_state
from mnist_compare.records.spec import RunSpec
from mnist_compare.records.timing import Times
from mnist_compare.runner.latency import BATCHES, latency_seconds, measure_latency
from mnist_compare.runner.made_experiment import make_experiment
from mnist_compare.runner.rank_job import RankJob
from mnist_compare.runner.ranks import Ranks
from mnist_compare.runner.training_events import Ended, EpochEnded, Progressed, Started
from mnist_compare.worker.events import Event
from mnist_compare.worker.failure import describe_error, print_traceback
from mnist_compare.worker.job import Framework, Job, Places, Send


class TrainJob(Job, frozen=True):
    """Execute a run: its images lie in the folder `arrays`; checkpoints go to the folder `checkpoints`, whose id is
    `folder`: another one in its place is left alone.

    `state` is how far the run has come already: it goes on from the checkpoint that it names. `until` is the number
    of epochs after which this process stops (None: the recipe's). With `latency` that of the trained network is
    measured, where it is trained to the end; `keep_epochs` keeps the checkpoints of all epochs.
    """

    events: ClassVar[type[Event] | UnionType] = Started | Progressed | EpochEnded | Ended
    spec: RunSpec
    arrays: str
    checkpoints: str
    state: RunState
    until: int | None = None
    folder: FileId | None = None
    latency: bool = False
    keep_epochs: bool = False

    @property
    def backend(self) -> str:
        """The backend that trains."""
        return self.spec.backend

    def moved(self, places: Places) -> Self:
        """The same training: its folder has another id there."""
        return replace(
            self,
            spec=self.spec.started_from(places.read),
            arrays=places.read(self.arrays),
            checkpoints=places.written(self.checkpoints),
            folder=None,
        )

    def run(self, framework: Framework, send: Send) -> None:
        """Train, and say how it ended."""
        TrainTask(self, framework, send).execute()


class TrainTask:
    """A TrainJob under way: what is known of it so far, whatever happens next."""

    def __init__(self, job: "TrainJob", framework: Framework, send: Send) -> None:
        self.job = job
        self.framework = framework
        self.send = send
        self.experiment: Experiment | None = None
        self.begin = perf_counter()
        self.load = Load()
        self.stopping = False
        self.history = list(job.state.history)
        self.latency = list(job.state.latency)
        self.memory: tuple[int, int | None] | None = None
        self.seconds = {"start": framework.start_seconds, "imports": framework.import_seconds, "data": 0.0}
        bare = replace(job.state, history=[], test=None, train=None)
        alike = RankJob(job.spec, job.arrays, job.checkpoints, bare)
        self.ranks = Ranks(alike, job.spec.processes, self._abandon)

    def execute(self) -> None:
        """Train, and say how it ended."""
        self.framework.hear_cancel()
        try:
            begin = perf_counter()
            with HeldFolder(Path(self.job.checkpoints), self.job.folder) as self.place, self.ranks:
                self._count_imports(perf_counter() - begin)
                self._train(self.job.spec)
        except Diverged as error:
            self._end(Status.DIVERGED, str(error))
        except (BackendError, UsageError) as error:
            self._end(Status.REFUSED, str(error))
        except (OutputError, DataError) as error:
            self._end(Status.FAILED, str(error))
        except Exception as error:
            print_traceback()
            reason = self.ranks.lost() or describe_error(error)
            self._end(Status.FAILED, f"{reason} {self._place()} (traceback: log.txt)")
        else:
            self._end(Status.INTERRUPTED if self.stopping else Status.DONE, "")

    def _place(self) -> str:
        if self.experiment is None:
            return "while its framework was imported and its network built"
        return f"in epoch {self.experiment.epoch + 1}, after {self.experiment.step} steps in all"

    def _train(self, spec: RunSpec) -> None:
        kind, state = self.framework.experiment_class(), self.job.state
        self.experiment = make_experiment(kind, spec, state, self.place.path, self.ranks.shard)
        self.framework.hear_cancel()  # again, for Paddle puts a handler of its own in its place
        self.send(Started(self.experiment.device, self.experiment.execution, os.fstat(2).st_size))
        begin = perf_counter()
        arrays = open_arrays(Path(self.job.arrays))
        self.seconds["data"] = perf_counter() - begin
        self.experiment.fit(
            arrays,
            until=self.job.until,
            checkpoints=self.place,
            train_metrics=spec.train_metrics,
            keep_epochs=self.job.keep_epochs,
            stop=self.framework.cancelled,
            on_progress=lambda progress: self.send(Progressed(progress)),
            on_epoch=self._on_epoch,
            on_steps=self.ranks.tell,
        )
        training = self.experiment.training
        early, end = bool(spec.recipe.patience and spec.recipe.epochs), self.job.until or spec.recipe.epochs
        finished = training.best_epoch is not None if early else training.epoch == end
        self.stopping = self.framework.cancelled() and not finished
        if self.stopping and training.partial.losses:
            self._write_run_state()
        if self.job.latency and self.history and (training.best_epoch or training.epoch == spec.recipe.epochs):
            self._measure_latency(self.experiment, arrays.test_images)

    def _measure_latency(self, experiment: Experiment, images: NDArray[Any] | NormalizedPixels) -> None:
        """That of the trained network: it is saved by now, and whatever goes wrong here costs no run."""
        self.memory = peak_memory(), experiment.device_memory_peak()  # larger batches may take more
        run_seconds = perf_counter() - self.begin + self.seconds["start"] + self.seconds["imports"]
        some = images[: max(BATCHES)]
        try:
            on_device = experiment.to_device(some)
            self.latency = measure_latency(experiment.logits, on_device, len(some), latency_seconds(run_seconds))
        except Exception:
            print_traceback()

    def _count_imports(self, seconds: float) -> None:
        """Those of the other processes are imports too, as if they had come before all that is timed here."""
        self.seconds["imports"] += seconds
        self.begin += seconds

    def _abandon(self, reason: str) -> None:
        """In another thread: end the run, whose framework waits for a process that is gone."""
        self._end(Status.FAILED, f"{reason} {self._place()}")
        os._exit(1)

    def _on_epoch(self, result: EpochResult) -> None:
        self.history.append(result)
        self._write_run_state()
        self.send(EpochEnded(result))

    def _write_run_state(self) -> None:
        self.place.require()
        write_run_state(self.place.path, self.state())

    def _end(self, status: Status, reason: str) -> None:
        self.send(Ended(status, reason, self.state(), load_average()))

    def state(self) -> RunState:
        """How far the run has come, with what other processes did before this one."""
        experiment, before = self.experiment, self.job.state
        seconds = dict(self.seconds)
        if experiment is None:
            return replace(before, times=_add(before.times, seconds), peak_memory_bytes=peak_memory())
        own = dict(experiment.training.seconds)
        spent = own | seconds | {"data": seconds["data"] + own["data"]}
        told = sum(spent[phase] for phase in spent if phase not in ("start", "imports"))
        spent["other"] = max(0.0, perf_counter() - self.begin - told)
        spent["communication"] = experiment.communication
        memory, device_memory = self.memory or (peak_memory(), experiment.device_memory_peak())
        path, digest = experiment.training.weights_file or (None, before.weights_sha256)
        return replace(
            before,
            used_device=experiment.device,
            used_execution=experiment.execution,
            used_threads=max(before.used_threads, experiment.threads * self.ranks.shard.count),
            passes=tuple(dict.fromkeys((*before.passes, *experiment.passes))),
            history=self.history,
            partial=experiment.training.partial,
            test=experiment.training.last_test or before.test,
            train=experiment.training.last_train or before.train,
            best_epoch=experiment.training.best_epoch,
            best_weights=checkpoint_name(best_epoch(monitored))
            if (monitored := experiment.training.monitored)
            else None,
            times=_add(before.times, spent),
            images=before.images + experiment.training.images,
            weights=path.name if path else before.weights,
            weights_sha256=digest,
            peak_memory_bytes=max(before.peak_memory_bytes, memory + self.ranks.peak_memory),
            device_memory_bytes=device_memory,
            other_cores=max(before.other_cores or 0.0, self.load.other_cores(self.ranks.cpu_seconds)),
            latency=self.latency,
        )


def _add(times: Times, seconds: dict[str, float]) -> Times:
    return Times(**{phase: getattr(times, phase) + seconds.get(phase, 0.0) for phase in Times.__struct_fields__})
