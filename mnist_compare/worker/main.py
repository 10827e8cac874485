"""The worker process: `python -m mnist_compare.worker.main BACKEND LIFELINE EVENTS SPAWNED` imports the backend's
framework, takes an order from stdin, and writes events to a pipe.

One process does one job with one framework, and ends. What frameworks print goes to the log. LIFELINE and EVENTS are
file descriptors, of the pipe with which it ends and of the one that it writes to; SPAWNED the time, in seconds since
1970, at which it was started.
"""

import os
import re
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import BinaryIO

import msgspec
import numpy as np
import psutil
from msgspec.structs import replace

from mnist_compare.backend import find_backend
from mnist_compare.data import open_arrays
from mnist_compare.errors import BackendError, Diverged, MnistCompareError, OutputError, UsageError
from mnist_compare.experiment import Experiment
from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.host.garbage import importing
from mnist_compare.host.matplotlibrc import ignore_matplotlibrc
from mnist_compare.host.processes import STOP_SIGNAL, take_inherited
from mnist_compare.io.files import FileId, HeldFolder, file_id
from mnist_compare.records.results import RunSpec, Status
from mnist_compare.records.run_state import RunState, write_run_state
from mnist_compare.records.timing import Times
from mnist_compare.worker.lifeline import end_with_program
from mnist_compare.worker.protocol import (
    REQUEST_DECODER,
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

# MemoryError, the allocators of torch, and TensorFlow's and Paddle's ResourceExhausted.
OUT_OF_MEMORY = re.compile(r"out of memory|MemoryError|ResourceExhausted|allocate memory|enough memory", re.IGNORECASE)

MAX_REASON = 500  # characters: TensorFlow and Paddle tell whole stories, which are in the log


class Channel:
    """Events to the program, each a line that is sent at once."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe

    def send(self, event: Event) -> None:
        """Write one event."""
        self._pipe.write(msgspec.json.encode(event) + b"\n")
        self._pipe.flush()


class Framework:
    """The framework of a backend, imported at once: the job may be known only later, and says what an error means."""

    def __init__(self, backend: str) -> None:
        begin = perf_counter()
        self._error: Exception | None = None
        try:
            with importing():
                self._experiment = find_backend(backend).load()
        except Exception as error:
            self._error = error
        self.seconds = perf_counter() - begin

    def experiment(self) -> type[Experiment]:
        """The backend's Experiment; raises what its import has raised."""
        if self._error:
            raise self._error
        return self._experiment


class TrainTask:
    """A TrainJob under way: what is known of it so far, whatever happens next."""

    def __init__(self, job: TrainJob, framework: Framework, start: float, channel: Channel) -> None:
        self.job = job
        self.framework = framework
        self.channel = channel
        self.experiment: Experiment | None = None
        self.begin = perf_counter()
        self.load = Load()
        self.stopping = False
        self.history = list(job.state.history)
        self.seconds = {"start": start, "imports": framework.seconds, "data": 0.0}

    def execute(self) -> None:
        """Train, and say how it ended."""
        signal.signal(STOP_SIGNAL, self._stop)
        try:
            with HeldFolder(Path(self.job.checkpoints), self.job.folder) as self.place:
                self._train(self.job.spec)
        except Diverged as error:
            self._end(Status.DIVERGED, str(error))
        except (BackendError, UsageError) as error:
            self._end(Status.REFUSED, str(error))
        except OutputError as error:
            self._end(Status.FAILED, str(error))
        except Exception as error:
            print_traceback()
            self._end(Status.FAILED, f"{describe_error(error)} {self._place()} (traceback: log.txt)")
        else:
            self._end(Status.INTERRUPTED if self.stopping else Status.DONE, "")

    def _place(self) -> str:
        if self.experiment is None:
            return "while its framework was imported and its network built"
        return f"in epoch {self.experiment.epoch + 1}, after {self.experiment.step} steps in all"

    def _stop(self, number: int, frame: object) -> None:
        self.stopping = True

    def _train(self, spec: RunSpec) -> None:
        self.experiment = self._experiment(self.framework.experiment(), spec)
        signal.signal(STOP_SIGNAL, self._stop)  # again, for Paddle puts a handler of its own in its place
        self.channel.send(Started(self.experiment.device, self.experiment.execution, os.fstat(2).st_size))
        begin = perf_counter()
        arrays = open_arrays(Path(self.job.arrays))
        self.seconds["data"] = perf_counter() - begin
        self.experiment.fit(
            arrays,
            until=self.job.until,
            checkpoints=self.place,
            stop=lambda: self.stopping,
            on_progress=lambda progress: self.channel.send(Progressed(progress)),
            on_epoch=self._on_epoch,
        )
        finished = self.experiment.epoch == (self.job.until or spec.recipe.epochs)
        self.stopping = self.stopping and not finished
        if self.stopping and self.experiment.training.partial.losses:
            self._write_standing()

    def _experiment(self, experiment_class: type[Experiment], spec: RunSpec) -> Experiment:
        before = self.job.state
        if before.weights is None:
            return experiment_class(
                spec.architecture,
                spec.recipe,
                seed=spec.seed,
                device=spec.device,
                mode=spec.mode,
                execution=spec.execution,
            )
        path = self.place.path / before.weights
        return experiment_class.load(path, device=spec.device, execution=spec.execution, partial=before.partial)

    def _on_epoch(self, result: EpochResult) -> None:
        self.history.append(result)
        self._write_standing()
        self.channel.send(EpochEnded(result))

    def _write_standing(self) -> None:
        self.place.require()
        write_run_state(self.place.path, self.state())

    def _end(self, status: Status, reason: str) -> None:
        self.channel.send(Ended(status, reason, self.state()))

    def state(self) -> RunState:
        """How far the run has come, with what other processes did before this one."""
        experiment, before = self.experiment, self.job.state
        seconds = dict(self.seconds)
        if experiment is None:
            return replace(before, times=_add(before.times, seconds), peak_memory_bytes=peak_memory())
        spent = (
            dict(experiment.training.seconds)
            | seconds
            | {"data": seconds["data"] + experiment.training.seconds["data"]}
        )
        told = sum(spent[phase] for phase in spent if phase not in ("start", "imports"))
        spent["other"] = max(0.0, perf_counter() - self.begin - told)
        path, digest = experiment.training.weights_file or (None, before.weights_sha256)
        return replace(
            before,
            device=experiment.device,
            execution=experiment.execution,
            threads=max(before.threads or 0, experiment.threads),
            history=self.history,
            partial=experiment.training.partial,
            test=experiment.training.last_test or before.test,
            times=_add(before.times, spent),
            images=before.images + experiment.training.images,
            weights=path.name if path else before.weights,
            weights_sha256=digest,
            peak_memory_bytes=max(before.peak_memory_bytes, peak_memory()),
            device_memory_bytes=experiment.device_memory_peak(),
            other_cores=max(before.other_cores or 0.0, self.load.other_cores()),
        )


def _add(times: Times, seconds: dict[str, float]) -> Times:
    return Times(**{phase: getattr(times, phase) + seconds.get(phase, 0.0) for phase in Times.__struct_fields__})


def print_traceback() -> None:
    """The traceback of the exception in hand, to the log, where that can be written."""
    with suppress(OSError):
        traceback.print_exc()


def describe_error(error: Exception) -> str:
    """An exception in a line; one that says that memory ran out, in whatever words, says so first."""
    told = " ".join(str(error).split())[:MAX_REASON]
    text = f"{type(error).__name__}: {told}" if told else type(error).__name__
    return f"out of memory ({text})" if OUT_OF_MEMORY.search(text) else text


class Load:
    """What other processes do from now on, on the cores that this one may use."""

    def __init__(self) -> None:
        self._begin, self._busy, self._own = perf_counter(), self._machine(), self._process()

    def other_cores(self) -> float:
        """How many cores they have kept busy, on average."""
        others = (self._machine() - self._busy) - (self._process() - self._own)
        return max(0.0, round(others / max(perf_counter() - self._begin, 1e-9), 2))

    @staticmethod
    def _machine() -> float:
        found = psutil.cpu_times(percpu=True)
        if hasattr(os, "sched_getaffinity") and (usable := os.sched_getaffinity(0)) <= set(range(len(found))):
            found = [found[core] for core in usable]
        # steal: what a virtual machine's host has given to others
        return float(sum(t.user + t.system + getattr(t, "nice", 0.0) + getattr(t, "steal", 0.0) for t in found))

    @staticmethod
    def _process() -> float:
        times = psutil.Process().cpu_times()
        return float(times.user + times.system)


def peak_memory() -> int:
    """The largest resident memory of this process, in bytes."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource  # Windows has none

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def predict(job: PredictJob, framework: Framework) -> Event:
    """The outputs of a checkpoint's network."""
    experiment = framework.experiment().load(job.checkpoint, device=job.device)
    prediction = experiment.predict(np.array(job.images, dtype=np.uint8))
    chances = prediction.probabilities
    return Predicted(
        prediction.digits.tolist(), prediction.outputs.tolist(), None if chances is None else chances.tolist()
    )


def probe(framework: Framework) -> Event:
    """Whether the framework imports and trains."""
    begin = perf_counter()
    experiment = framework.experiment()("mlp")
    images = experiment.to_device(np.zeros((20, 1, 28, 28), dtype=np.float32))
    targets = experiment.to_device(np.zeros(20, dtype=np.int64))
    experiment.train(images, targets, experiment.plan(20).steps(0, 1))
    return Probed(experiment.gpu_count(), framework.seconds + perf_counter() - begin)


def trace(job: TraceJob, framework: Framework) -> Event:
    """Train step by step, and keep what a certificate compares."""
    from mnist_compare.certify.trace import Recorder  # what a run does not need, its worker does not wait for

    run, kind = job.spec.run, framework.experiment()
    if job.spec.copy:
        kind = find_backend(job.backend).load_noise()[job.spec.copy]
    experiment = kind(run.architecture, run.recipe, seed=run.seed, device=run.device, execution=run.execution)
    recorder = Recorder(experiment, open_arrays(Path(job.arrays)), job.spec)
    begin = perf_counter()
    recorder.record(Path(job.output))
    return Traced(perf_counter() - begin, experiment.device, find_backend(job.backend).versions())


def check(job: CheckJob, framework: Framework) -> Event:
    """Trace the small cases, and ask what backends are asked."""
    from mnist_compare.certify.selftest import record_cases
    from mnist_compare.testing.suite import run_suite

    experiment = framework.experiment()
    untraced = record_cases(experiment, job.backend, Path(job.folder))
    return Checked(untraced, run_suite(experiment) if job.suite else [])


def answer(job: PredictJob | ProbeJob | TraceJob | CheckJob, framework: Framework) -> Event:
    """The one event that a job ends with which is no run."""
    match job:
        case PredictJob():
            return predict(job, framework)
        case ProbeJob():
            return probe(framework)
        case TraceJob():
            return trace(job, framework)
        case CheckJob():
            return check(job, framework)


def write_errors_to(log: str, log_id: FileId | None) -> None:
    """Let stderr go to this file from now on, and take along what it was told while there was no job.

    A file that is not the one with this id, which another command may have put there, is left alone.
    """
    with suppress(OSError), open(os.open(log, os.O_WRONLY | os.O_APPEND), "ab", buffering=0) as file:  # noqa: PTH123
        if os.path.sameopenfile(2, file.fileno()) or log_id not in (None, file_id(file.fileno())):
            return
        before = os.dup(2)
        os.dup2(file.fileno(), 2)
        os.dup2(2, 1)
        os.lseek(before, 0, os.SEEK_SET)
        file.write(os.read(before, os.fstat(before).st_size))
        os.ftruncate(before, 0)
        os.lseek(before, 0, os.SEEK_SET)  # for whoever was started meanwhile, and still writes there
        os.close(before)


def main() -> None:
    """Import the framework of the backend that the command line names, and do the job on stdin."""
    if len(sys.argv) != 5:
        sys.exit("Error: a worker is started by mnist_compare alone.")
    backend, lifeline, events, spawned = sys.argv[1:]
    start = max(0.0, time.time() - float(spawned))  # the clock may have been set back meanwhile
    end_with_program(take_inherited(lifeline, os.O_RDONLY))
    channel = Channel(os.fdopen(take_inherited(events, os.O_WRONLY), "wb"))
    ignore_matplotlibrc()
    framework = Framework(backend)
    order = REQUEST_DECODER.decode(sys.stdin.buffer.readline())
    write_errors_to(order.log, order.log_id)
    if isinstance(order.job, TrainJob):
        TrainTask(order.job, framework, start, channel).execute()
        return
    try:
        channel.send(answer(order.job, framework))
    except MnistCompareError as error:
        channel.send(Failed(str(error)))
    except Exception as error:
        print_traceback()
        channel.send(Failed(describe_error(error)))


if __name__ == "__main__":
    main()
    # All is written. Frameworks take a tenth of a second and more to take themselves apart, which nobody needs.
    sys.stderr.flush()
    os._exit(0)
