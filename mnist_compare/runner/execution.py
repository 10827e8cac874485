"""One run, executed: a worker process, or several in turn for a relay, and the record of what they did."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from mnist_compare.backend import members
from mnist_compare.errors import OutputError
from mnist_compare.fitting import checkpoint_name
from mnist_compare.results import EpochResult, Record, RunSpec, Status, append_record
from mnist_compare.runner.engine import Crash, run_job
from mnist_compare.runner.outcome import join_ends, make_record, unended
from mnist_compare.runner.plan import Run
from mnist_compare.runner.protocol import Ended, EpochEnded, Event, Started, TrainJob
from mnist_compare.runner.provenance import load_average

RUNS_FOLDER = "runs"


class Observer:
    """Told what happens while a comparison runs. Does nothing by itself."""

    def run_started(self, run: Run, number: int, count: int) -> None:
        """A run begins."""

    def run_event(self, run: Run, event: Event) -> None:
        """A worker has said something."""

    def run_ended(self, run: Run, record: Record, *, kept: bool) -> None:
        """A run is over; `kept` where its record was there already."""


class Leg(msgspec.Struct, frozen=True):
    """A part of a run that one process does: with which backend, and until which epoch."""

    backend: str
    until: int


def legs(spec: RunSpec) -> list[Leg]:
    """The whole run in one leg; of a relay, an epoch in each backend in turn."""
    names, epochs = members(spec.backend), spec.recipe.epochs
    if len(names) == 1 or not epochs:
        return [Leg(names[0], epochs)]
    return [Leg(names[epoch % len(names)], epoch + 1) for epoch in range(epochs)]


def execute(run: Run, folder: Path, arrays: Path, observer: Observer) -> Record:
    """Train, and add the record to the folder's results; Ctrl-C leaves a record that says so, and is raised again."""
    place = folder / RUNS_FOLDER / run.name
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"Cannot write to {place}: {error.strerror}.") from None
    started, load_before = datetime.now(UTC), load_average()
    history: list[EpochResult] = []
    seen = {"device": run.spec.device}

    def on_event(event: Event) -> None:
        if isinstance(event, EpochEnded):
            history.append(event.result)
        elif isinstance(event, Started):
            seen["device"] = event.device
        observer.run_event(run, event)

    def keep(ended: Ended) -> Record:
        record = make_record(run, ended, history, seen["device"], started, load_before)
        append_record(folder, record)
        return record

    ends: list[Ended] = []
    try:
        for leg in legs(run.spec):
            job = _job(run.spec, leg, arrays, place, resume=bool(ends))
            outcome = run_job(job, run.spec.threads, place / "log.txt", on_event)
            ends.append(outcome if isinstance(outcome, Ended) else _unsaid(outcome))
            if ends[-1].status is not Status.DONE:
                break
    except KeyboardInterrupt:
        keep(unended(Status.INTERRUPTED, f"stopped by the user after {len(history)} epochs"))
        raise
    return keep(join_ends(ends))


def _job(spec: RunSpec, leg: Leg, arrays: Path, place: Path, *, resume: bool) -> TrainJob:
    return TrainJob(
        spec=msgspec.structs.replace(spec, backend=leg.backend),
        arrays=str(arrays.resolve()),
        checkpoints=str(place.resolve()),
        spawned=datetime.now(UTC).timestamp(),
        resume=str((place / checkpoint_name(leg.until - 1)).resolve()) if resume else None,
        until=leg.until,
    )


def _unsaid(outcome: Event | Crash) -> Ended:
    return unended(Status.CRASHED, outcome.reason if isinstance(outcome, Crash) else "the worker did another job")
