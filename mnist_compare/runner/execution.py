"""One run, executed: a worker process, or several in turn for a relay, and the record of what they did."""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

from mnist_compare.backend import relay_members
from mnist_compare.document.words import plural
from mnist_compare.errors import OutputError
from mnist_compare.io.files import HeldFolder
from mnist_compare.records.record import Record, Status
from mnist_compare.records.results import append_record
from mnist_compare.records.run_state import RunState, find_run_state
from mnist_compare.records.spec import RunSpec
from mnist_compare.runner.comparison_lock import RUNS_FOLDER, ComparisonLock
from mnist_compare.runner.engine import Cancelled, Crash, Engine, Setting, run_job
from mnist_compare.runner.machine_changes import changed_facts
from mnist_compare.runner.outcome import make_record
from mnist_compare.runner.plan import PlannedRun
from mnist_compare.runner.training_events import Ended, Started
from mnist_compare.runner.training_job import TrainJob
from mnist_compare.worker.environment import Environment
from mnist_compare.worker.events import Event, Located

AGAIN_FOLDER = ".again"
LOG_FILE = "log.txt"
RECORDING = Lock()
STOPPED = "stopped by the user"
ELSEWHERE = "it was trained on another machine, or this one has changed since"
REMEDY = "--force trains it again as it is now"


class Observer:
    """Told what happens while a comparison runs, by several threads where several runs are trained at a time.

    Does nothing by itself.
    """

    def planned(self, runs: Sequence[PlannedRun], folder: Path) -> None:
        """The comparison begins: these are its runs, and its results go to this folder."""

    def half_record(self, file: str) -> None:
        """The last record was written by half, by a command that was killed: it is in this file now."""

    def run_started(self, run: PlannedRun, number: int, count: int) -> None:
        """A run begins."""

    def run_resumed(self, run: PlannedRun, state: RunState | None, damaged: list[str]) -> None:
        """It goes on from where it stood, or from its start where all that it had left is damaged (the file names)."""

    def run_event(self, run: PlannedRun, event: Event) -> None:
        """A worker has said something."""

    def run_ended(self, run: PlannedRun, record: Record, *, kept: bool) -> None:
        """A run is over; `kept` where its record was there already."""

    def retiming(self, run: PlannedRun, number: int, count: int, others: float | None) -> None:
        """A finished run is timed again: since other work kept so many cores busy, or (None) as it was asked for."""

    def retimed(self, run: PlannedRun, record: Record, problem: str) -> None:
        """It has been, and the record has the new timing; or it has not, for the reason that `problem` says."""


class Leg(msgspec.Struct, frozen=True):
    """A part of a run that one process does: with which backend, and until which epoch."""

    backend: str
    until: int


def legs(spec: RunSpec) -> list[Leg]:
    """The whole run in one leg; of a relay, an epoch in each backend in turn."""
    names, epochs = relay_members(spec.backend), spec.recipe.epochs
    if len(names) == 1 or not epochs:
        return [Leg(names[0], epochs)]
    return [Leg(names[epoch % len(names)], epoch + 1) for epoch in range(epochs)]


class Stop:
    """Tells the runs that are trained at the same time to stop: `reason` is empty until they are to."""

    reason: str = ""

    def __call__(self) -> bool:
        """Whether to stop."""
        return bool(self.reason)


def run_tasks(tasks: Sequence[Callable[[Stop], None]], jobs: int) -> None:
    """Do the tasks in their order, so many at a time.

    The first exception of a task, or Ctrl-C, stops the others, and is raised once they have ended.
    """
    stop = Stop()
    if jobs == 1:
        for task in tasks:
            task(stop)
        return

    def guarded(task: Callable[[Stop], None]) -> None:
        if not stop():
            try:
                task(stop)
            except BaseException:
                stop.reason = stop.reason or "stopped since another run could not go on"
                raise

    with ThreadPoolExecutor(jobs) as pool:
        try:
            for done in as_completed([pool.submit(guarded, task) for task in tasks]):
                if (error := done.exception()) and not isinstance(error, Cancelled):
                    raise error
        except BaseException:
            stop.reason = stop.reason or STOPPED
            pool.shutdown(cancel_futures=True)
            raise


def execute(
    run: PlannedRun,
    lock: ComparisonLock,
    engine: Engine,
    arrays: Path,
    observer: Observer,
    timeout: float | None = None,
    *,
    jobs: int = 1,
    stop: Stop | None = None,
) -> Record:
    """Train, and add the record to the folder's results; Ctrl-C leaves a record that says so, and is raised again.

    A run that an earlier command has begun goes on from its last good checkpoint. `jobs` runs are trained at a time,
    and `stop` stands for Ctrl-C in all threads but the main one: then Cancelled is raised.
    Raises OutputError where the folder is gone meanwhile, or the record cannot be written.
    """

    def recorded(attempt: _Attempt, ended: Ended) -> Record:
        return _recorded(lock, make_record(run, ended, attempt.started, attempt.environments))

    with _run_folder(lock, run.name) as place:
        attempt = _Attempt(run, lock, engine, place, arrays, observer, timeout, jobs, stop or Stop())
        try:
            return recorded(attempt, attempt.train())
        except (KeyboardInterrupt, Cancelled):
            recorded(attempt, attempt.interrupted())
            raise


def _run_folder(lock: ComparisonLock, name: str, parent: str = RUNS_FOLDER) -> HeldFolder:
    """The folder of a run, without the files that a killed process may have left half written."""
    place = lock.folder / parent / name
    lock.require()
    try:
        for folder in (place.parent, place):  # not those above, which are gone where somebody has removed them
            folder.mkdir(exist_ok=True)
        for half in place.glob("*.tmp"):
            half.unlink()
    except OSError as error:
        raise OutputError(f"Cannot write to {place}: {error.strerror}.") from None
    return HeldFolder(place)


def execute_again(
    run: PlannedRun,
    record: Record,
    lock: ComparisonLock,
    engine: Engine,
    arrays: Path,
    observer: Observer,
    timeout: float | None = None,
) -> tuple[Record, str]:
    """Train a finished run once more, for its time alone, and add its record with that timing to the folder's results.

    Gives the record, and the reason where the training did not come to its end: then nothing is recorded. What it
    writes is taken away again; its log goes to the run's own. Raises KeyboardInterrupt and OutputError as `execute`.
    """
    try:
        with _run_folder(lock, run.name) as own, _run_folder(lock, run.name, AGAIN_FOLDER) as place:
            log = own.path / LOG_FILE
            attempt = _Attempt(run, lock, engine, place, arrays, observer, timeout, 1, Stop(), log)
            attempt.machine = record.machine
            ended = attempt.train()
    except Cancelled:
        return record, attempt.stop.reason
    finally:
        with suppress(OutputError):
            lock.require()
            shutil.rmtree(lock.folder / AGAIN_FOLDER, ignore_errors=True)
    if ended.status is not Status.DONE:
        return record, f"{ended.status}: {ended.reason}"
    again = make_record(run, ended, attempt.started, attempt.environments)
    timing = msgspec.structs.replace(again.timings[0], same=_is_same(record, again))
    return _recorded(lock, msgspec.structs.replace(record, repeats=[*record.repeats, timing])), ""


def _is_same(record: Record, again: Record) -> bool:
    """Whether two trainings have ended in the same bits: weights with the optimizer's state, losses and predictions."""
    losses = [
        [(epoch.train_loss, epoch.test_loss, epoch.step_losses) for epoch in one.history] for one in (record, again)
    ]
    return record.weights_sha256 == again.weights_sha256 and losses[0] == losses[1] and record.test == again.test


def _recorded(lock: ComparisonLock, record: Record) -> Record:
    with RECORDING:
        lock.require()
        append_record(lock.folder, record)
    return record


class _Attempt:
    """A run under way, from its last state on."""

    def __init__(
        self,
        run: PlannedRun,
        lock: ComparisonLock,
        engine: Engine,
        place: HeldFolder,
        arrays: Path,
        observer: Observer,
        timeout: float | None,
        jobs: int,
        stop: Stop,
        log: Path | None = None,
    ) -> None:
        self.run = run
        self.lock, self.engine = lock, engine
        self.place, self.held = place.path, place
        self.log = log or self.place / LOG_FILE
        self.arrays = arrays
        self.observer = observer
        self.timeout = timeout
        self.jobs = jobs
        self.stop = stop
        self.end = None if timeout is None else time.monotonic() + timeout
        self.started = datetime.now(UTC)
        self.environments: list[Environment] = []
        self.machine: Mapping[str, Any] = {}
        """Where the run is to be trained: on any other machine it is stopped. Without facts, anywhere."""
        self.last: Event | None = None
        self.state = self._begin()

    def _begin(self) -> RunState:
        fresh = RunState(self.run.key, device=self.run.spec.device, jobs=self.jobs)
        if self.run.spec.mode != "matched":  # the framework's own generators and optimizers are in no checkpoint
            return fresh
        found, damaged = find_run_state(self.place, self.run.key)
        if found or damaged:
            self.observer.run_resumed(self.run, found, damaged)
        if found is None:
            return fresh
        return msgspec.structs.replace(found, resumed=found.resumed + 1, jobs=max(found.jobs, self.jobs))

    def train(self) -> Ended:
        """Let the workers do what is left of the run."""
        ended = Ended(Status.DONE, "", self.state)
        for leg in legs(self.run.spec):
            if leg.until <= len(self.state.history) and leg.until:
                continue
            ended = self._leg(leg)
            self.state = ended.state
            if ended.status is not Status.DONE:
                break
        return ended

    def interrupted(self) -> Ended:
        """The end of a run that the user has stopped."""
        state = self.last.state if isinstance(self.last, Ended) else self._left()
        if isinstance(self.last, Ended) and len(state.history) == self.run.spec.recipe.epochs:
            return self.last  # it was done before it heard of it
        steps = f" and {plural(len(state.partial.losses), 'step')}" if state.partial.losses else ""
        reason = f"{self.stop.reason or STOPPED} after {plural(len(state.history), 'epoch')}{steps}"
        return Ended(Status.INTERRUPTED, reason, state)

    def _leg(self, leg: Leg) -> Ended:
        job = TrainJob(
            spec=msgspec.structs.replace(self.run.spec, backend=leg.backend),
            arrays=str(self.arrays.resolve()),
            checkpoints=str(self.place.resolve()),
            folder=self.held.id,
            state=self.state,
            until=leg.until,
        )
        left = None if self.end is None else max(0.0, self.end - time.monotonic())
        python = self.run.interpreters[leg.backend].path
        setting = Setting(self.run.spec.threads, self.log, python)
        outcome = run_job(self.engine, job, setting, self._on_event, timeout=left, stop=self.stop)
        if isinstance(outcome, Ended):
            return outcome
        if isinstance(outcome, Crash):
            if outcome.timed_out:
                reason = f"not done after {self.timeout:g} s (--timeout): {outcome.reason}"
                return Ended(Status.TIMED_OUT, reason, self._left())
            return Ended(Status.CRASHED, outcome.reason, self._left())
        return Ended(Status.CRASHED, "the worker did another job", self._left())

    def _on_event(self, event: Event) -> None:
        self.last = event
        self.lock.require()
        if isinstance(event, Located):
            self.environments.append(event.environment)
            if changed := changed_facts(self.machine, event.environment.machine):
                self.stop.reason = f"{ELSEWHERE} ({changed}): {REMEDY}"
            return
        if isinstance(event, Started):
            self.state = msgspec.structs.replace(self.state, device=event.device)
        self.observer.run_event(self.run, event)

    def _left(self) -> RunState:
        """What a worker has left that could not say itself how far it came."""
        found = find_run_state(self.place, self.run.key)[0]
        return found if found and len(found.history) >= len(self.state.history) else self.state
