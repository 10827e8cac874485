"""The worker process: `python -m mnist_compare.runner.worker` takes a job from stdin and writes events to stdout.

One process does one job with one framework, and ends. What frameworks print goes to stderr.
"""

import os
import sys
import time
import traceback
from pathlib import Path
from time import perf_counter
from typing import BinaryIO

import msgspec
import numpy as np
import psutil

from mnist_compare.backend import find_backend
from mnist_compare.certify.selftest import record_cases
from mnist_compare.certify.trace import Recorder
from mnist_compare.data import open_arrays
from mnist_compare.errors import BackendError, Diverged, MnistCompareError, UsageError
from mnist_compare.experiment import Experiment
from mnist_compare.results import RunSpec, Status, Times
from mnist_compare.runner.protocol import (
    JOB_DECODER,
    Checked,
    CheckJob,
    Ended,
    EpochEnded,
    Event,
    Failed,
    Predicted,
    PredictJob,
    Probed,
    ProbeJob,
    Progressed,
    Started,
    Traced,
    TraceJob,
    TrainJob,
)
from mnist_compare.testing.suite import run_suite


class Channel:
    """Events to the program, each a line that is sent at once."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe

    def send(self, event: Event) -> None:
        """Write one event."""
        self._pipe.write(msgspec.json.encode(event) + b"\n")
        self._pipe.flush()


class Run:
    """A TrainJob under way: what is known of it so far, whatever happens next."""

    def __init__(self, job: TrainJob, channel: Channel) -> None:
        self.job = job
        self.channel = channel
        self.experiment: Experiment | None = None
        self.load = Load()
        self.seconds = {"start": time.time() - job.spawned, "imports": 0.0, "data": 0.0}

    def execute(self) -> None:
        """Train, and say how it ended."""
        try:
            self._train(self.job.spec)
        except Diverged as error:
            self.channel.send(self._ended(Status.DIVERGED, str(error)))
        except (BackendError, UsageError) as error:
            self.channel.send(self._ended(Status.REFUSED, str(error)))
        except Exception as error:
            traceback.print_exc()
            self.channel.send(self._ended(Status.FAILED, f"{type(error).__name__}: {error}"))
        else:
            self.channel.send(self._ended(Status.DONE, ""))

    def _train(self, spec: RunSpec) -> None:
        begin = perf_counter()
        experiment_class = find_backend(spec.backend).load()
        self.seconds["imports"] = perf_counter() - begin
        if self.job.resume:
            self.experiment = experiment_class.load(self.job.resume, device=spec.device)
        else:
            self.experiment = experiment_class(
                spec.architecture, spec.recipe, seed=spec.seed, device=spec.device, mode=spec.mode
            )
        self.channel.send(Started(self.experiment.device))
        begin = perf_counter()
        arrays = open_arrays(Path(self.job.arrays))
        self.seconds["data"] = perf_counter() - begin
        self.experiment.fit(
            arrays,
            until=self.job.until,
            checkpoints=self.job.checkpoints,
            on_progress=lambda progress: self.channel.send(Progressed(progress)),
            on_epoch=lambda result: self.channel.send(EpochEnded(result)),
        )

    def _ended(self, status: Status, reason: str) -> Ended:
        experiment = self.experiment
        seconds = dict(self.seconds)
        if experiment is None:
            return Ended(status, reason, Times(**seconds), None, None, None, None, peak_memory(), None)
        seconds["data"] += experiment.seconds["data"]
        saved = experiment.weights_file
        return Ended(
            status=status,
            reason=reason,
            times=Times(**(experiment.seconds | seconds)),
            images_per_second=experiment.images_per_second,
            test=experiment.last_test,
            weights=saved[0].name if saved else None,
            weights_sha256=saved[1] if saved else None,
            peak_memory_bytes=peak_memory(),
            device_memory_bytes=experiment.device_memory_peak(),
            other_cores=self.load.other_cores(),
        )


class Load:
    """What the other processes of the machine do, from now on."""

    def __init__(self) -> None:
        self._begin, self._busy, self._own = perf_counter(), self._machine(), self._process()

    def other_cores(self) -> float:
        """How many cores they have kept busy, on average."""
        others = (self._machine() - self._busy) - (self._process() - self._own)
        return max(0.0, round(others / max(perf_counter() - self._begin, 1e-9), 2))

    @staticmethod
    def _machine() -> float:
        times = psutil.cpu_times()
        return float(times.user + times.system + getattr(times, "nice", 0.0))

    @staticmethod
    def _process() -> float:
        times = psutil.Process().cpu_times()
        return float(times.user + times.system)


def peak_memory() -> int:
    """The largest resident memory of this process, in bytes."""
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:  # Windows, where psutil knows it
        return int(psutil.Process().memory_info().peak_wset)
    unit = 1 if sys.platform == "darwin" else 1024
    return getrusage(RUSAGE_SELF).ru_maxrss * unit


def predict(job: PredictJob) -> Event:
    """The outputs of a checkpoint's network."""
    experiment = find_backend(job.backend).load().load(job.checkpoint, device=job.device)
    prediction = experiment.predict(np.array(job.images, dtype=np.uint8))
    chances = prediction.probabilities
    return Predicted(
        prediction.digits.tolist(), prediction.outputs.tolist(), None if chances is None else chances.tolist()
    )


def probe(job: ProbeJob) -> Event:
    """Whether the framework imports and trains."""
    begin = perf_counter()
    experiment = find_backend(job.backend).load()("mlp")
    images = experiment.place(np.zeros((20, 1, 28, 28), dtype=np.float32))
    targets = experiment.place(np.zeros(20, dtype=np.int64))
    experiment.train(images, targets, experiment.plan(20).steps(0, 1))
    return Probed(experiment.gpu_count(), perf_counter() - begin)


def trace(job: TraceJob) -> Event:
    """Train step by step, and keep what a certificate compares."""
    run = job.spec.run
    backend = find_backend(run.backend)
    experiment = backend.load()(run.architecture, run.recipe, seed=run.seed, device=run.device)
    recorder = Recorder(experiment, open_arrays(Path(job.arrays)), job.spec)
    begin = perf_counter()
    recorder.record(Path(job.output))
    return Traced(perf_counter() - begin, experiment.device, backend.versions())


def check(job: CheckJob) -> Event:
    """Trace the small cases, and ask what backends are asked."""
    experiment = find_backend(job.backend).load()
    untraced = record_cases(experiment, job.backend, Path(job.folder))
    return Checked(untraced, run_suite(experiment) if job.suite else [])


def answer(job: PredictJob | ProbeJob | TraceJob | CheckJob) -> Event:
    """The one event that a job ends with which is no run."""
    match job:
        case PredictJob():
            return predict(job)
        case ProbeJob():
            return probe(job)
        case TraceJob():
            return trace(job)
        case CheckJob():
            return check(job)


def main() -> None:
    """Do the job on stdin."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # so that a framework that prints cannot garble the events
    channel = Channel(pipe)
    job = JOB_DECODER.decode(sys.stdin.buffer.read())
    if isinstance(job, TrainJob):
        Run(job, channel).execute()
        return
    try:
        channel.send(answer(job))
    except MnistCompareError as error:
        channel.send(Failed(str(error)))
    except Exception as error:
        traceback.print_exc()
        channel.send(Failed(f"{type(error).__name__}: {error}"))


if __name__ == "__main__":
    main()
