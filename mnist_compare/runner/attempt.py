"""A run under way: its workers are started one after the other, and heard."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from mnist_compare.backend import relay_members
from mnist_compare.document.words import plural
from mnist_compare.io.files import HeldFolder
from mnist_compare.records.record import MARGIN, Record, Status
from mnist_compare.records.run_state import RunState, find_run_state
from mnist_compare.records.spec import RunSpec
from mnist_compare.runner.comparison_lock import ComparisonLock
from mnist_compare.runner.engine import Crash, Engine, Setting, run_job
from mnist_compare.runner.machine_changes import changed_facts
from mnist_compare.runner.observer import Observer
from mnist_compare.runner.outcome import make_record
from mnist_compare.runner.planned_run import PlannedRun
from mnist_compare.runner.tasks import STOPPED, Stop
from mnist_compare.runner.training_events import Ended, Started
from mnist_compare.runner.training_job import TrainJob
from mnist_compare.worker.environment import Environment
from mnist_compare.worker.events import Event, Located

LOG_FILE = "log.txt"
ELSEWHERE = "it was trained on another machine, or this one has changed since"
REMEDY = "--force trains it again as it is now"
WRONG_JOB = "the worker did another job"


class RunContext(msgspec.Struct, frozen=True):
    """What all runs of a command share: a run that is not done after `timeout` seconds is killed, and `jobs` of them
    are trained at a time; `margin` is what their records declare; with `latency` that of each trained network is
    measured, and with `keep_epochs` the checkpoints of all epochs are kept. A run whose worker is lost is placed again
    up to `retries` times.
    """

    lock: ComparisonLock
    engine: Engine
    observer: Observer
    timeout: float | None = None
    jobs: int = 1
    margin: float = MARGIN
    latency: bool = True
    keep_epochs: bool = False
    retries: int = 0


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


class Attempt:
    """A run from its last state on: its checkpoints are in the folder `place`, its images in the folder `arrays`.

    `machine` are the facts of the one on which it is to be trained: on any other it is stopped. Without facts, anywhere
    will do.
    """

    def __init__(
        self,
        run: PlannedRun,
        arrays: Path,
        place: HeldFolder,
        context: RunContext,
        stop: Stop,
        *,
        log: Path | None = None,
        machine: Mapping[str, Any] | None = None,
    ) -> None:
        self.run, self.arrays, self.held, self.context, self.stop = run, arrays, place, context, stop
        self.log = log or place.path / LOG_FILE
        self.machine = machine or {}
        self.end = self._end()
        self.started = datetime.now(UTC)
        self.environments: list[Environment] = []
        self.last: Event | None = None
        self.state = self._begin()

    def _end(self) -> float | None:
        return None if self.context.timeout is None else time.monotonic() + self.context.timeout

    def _begin(self) -> RunState:
        fresh = RunState(self.run.key, jobs=self.context.jobs)
        if self.run.spec.mode != "matched":  # the framework's own generators and optimizers are in no checkpoint
            return fresh
        found, damaged = find_run_state(self.held.path, self.run.key)
        if found or damaged:
            self.context.observer.run_resumed(self.run, found, damaged)
        if found is None:
            return fresh
        return replace(found, resumed=found.resumed + 1, jobs=max(found.jobs, self.context.jobs))

    def train(self) -> Ended:
        """Let the workers do what is left of the run."""
        ended = Ended(Status.DONE, "", self.state)
        for leg in legs(self.run.spec):
            untested = self.run.spec.recipe.patience and self.state.best_epoch is None
            if leg.until <= len(self.state.history) and leg.until and not untested:
                continue
            ended = self._leg(leg)
            self.state = ended.state
            if ended.status is not Status.DONE:
                break
        return ended

    def interrupted(self) -> Ended:
        """The end of a run that the user has stopped."""
        state = self.last.state if isinstance(self.last, Ended) else self._left()
        if isinstance(self.last, Ended) and self.last.status is Status.DONE:
            return self.last  # it was done before it heard of it
        steps = f" and {plural(len(state.partial.losses), 'step')}" if state.partial.losses else ""
        reason = f"{self.stop.reason or STOPPED} after {plural(len(state.history), 'epoch')}{steps}"
        return Ended(self.stop.status, reason, state)

    def record(self, ended: Ended) -> Record:
        """The record of the run that has ended so."""
        return make_record(self.run, ended, self.started, self.environments, self.context.margin)

    def _leg(self, leg: Leg) -> Ended:
        """The end of a leg; where its worker is lost it is placed again, and goes on from its last checkpoint."""
        tries = 1
        while isinstance(outcome := self._place(leg), Crash):
            if outcome.timed_out:
                reason = f"not done after {self.context.timeout:g} s (--timeout): {outcome.reason}"
                return Ended(Status.TIMED_OUT, reason, self._left())
            if tries > self.context.retries:
                last = f" (the last of {tries} tries)" if tries > 1 else ""
                return Ended(Status.CRASHED, f"{outcome.reason}{last}", self._left())
            self.context.observer.run_placed_again(self.run, outcome.reason, tries)
            self.state, self.end = self._again(), self._end()
            tries += 1
        return outcome if isinstance(outcome, Ended) else Ended(Status.CRASHED, WRONG_JOB, self._left())

    def _place(self, leg: Leg) -> Event | Crash:
        job = TrainJob(
            spec=replace(self.run.spec, backend=leg.backend),
            arrays=str(self.arrays.resolve()),
            checkpoints=str(self.held.path.resolve()),
            folder=self.held.id,
            state=self.state,
            until=leg.until,
            latency=self.context.latency and len(relay_members(self.run.spec.backend)) == 1,
            keep_epochs=self.context.keep_epochs,
        )
        left = None if self.end is None else max(0.0, self.end - time.monotonic())
        python = self.run.interpreters[leg.backend].path
        spec = self.run.spec
        each = spec.threads // spec.processes
        setting = Setting(each, self.log, python, device=spec.device, processes=spec.processes)
        return run_job(self.context.engine, job, setting, self._on_event, timeout=left, stop=self.stop)

    def _on_event(self, event: Event) -> None:
        self.last = event
        self.context.lock.require()
        if isinstance(event, Located):
            if event.environment.node and not self.environments:  # before, it may have waited long for a place
                self.started = datetime.now(UTC)
            self.environments.append(event.environment)
            if changed := changed_facts(self.machine, event.environment.machine):
                self.stop.reason = f"{ELSEWHERE} ({changed}): {REMEDY}"
            return
        if isinstance(event, Started):
            self.state = replace(self.state, used_device=event.device, used_execution=event.execution)
        self.context.observer.run_event(self.run, event)

    def _again(self) -> RunState:
        """Where a run that has lost its worker goes on."""
        left = self._left() if self.run.spec.mode == "matched" else RunState(self.run.key, jobs=self.context.jobs)
        return replace(left, resumed=self.state.resumed + 1)

    def _left(self) -> RunState:
        """What a worker has left that could not say itself how far it came."""
        found = find_run_state(self.held.path, self.run.key)[0]
        return found if found and len(found.history) >= len(self.state.history) else self.state
