"""One run, executed: a worker process, or several in turn for a relay, and the record of what they did."""

import shutil
from contextlib import suppress
from pathlib import Path
from threading import Lock

from msgspec.structs import replace

from mnist_compare.errors import OutputError
from mnist_compare.io.files import HeldFolder
from mnist_compare.records.record import Record, Status
from mnist_compare.records.results import append_record
from mnist_compare.runner.attempt import LOG_FILE, Attempt, RunContext
from mnist_compare.runner.comparison_lock import RUNS_FOLDER, ComparisonLock
from mnist_compare.runner.engine import Cancelled
from mnist_compare.runner.planned_run import PlannedRun
from mnist_compare.runner.tasks import Stop

AGAIN_FOLDER = ".again"
RECORDING = Lock()


def execute(run: PlannedRun, arrays: Path, context: RunContext, stop: Stop | None = None) -> Record:
    """Train, and add the record to the folder's results; Ctrl-C leaves a record that says so, and is raised again.

    A run that an earlier command has begun goes on from its last good checkpoint; its images are in the folder
    `arrays`. `stop` stands for Ctrl-C in all threads but the main one: then Cancelled is raised.
    Raises OutputError where the folder is gone meanwhile, or the record cannot be written.
    """
    with _run_folder(context.lock, run.name) as place:
        attempt = Attempt(run, arrays, place, context, stop or Stop())
        try:
            return _recorded(context.lock, attempt.record(attempt.train()))
        except (KeyboardInterrupt, Cancelled):
            _recorded(context.lock, attempt.record(attempt.interrupted()))
            raise


def execute_again(run: PlannedRun, record: Record, arrays: Path, context: RunContext) -> tuple[Record, str]:
    """Train a finished run once more, for its time alone, and add its record with that timing to the folder's results.

    Gives the record, and the reason where the training did not come to its end: then nothing is recorded. What it
    writes is taken away again; its log goes to the run's own. Raises KeyboardInterrupt and OutputError as `execute`.
    """
    lock, stop = context.lock, Stop()
    try:
        with _run_folder(lock, run.name) as own, _run_folder(lock, run.name, AGAIN_FOLDER) as place:
            log = own.path / LOG_FILE
            attempt = Attempt(run, arrays, place, replace(context, jobs=1), stop, log=log, machine=record.machine)
            ended = attempt.train()
    except Cancelled:
        return record, stop.reason
    finally:
        with suppress(OutputError):
            lock.require()
            shutil.rmtree(lock.folder / AGAIN_FOLDER, ignore_errors=True)
    if ended.status is not Status.DONE:
        return record, f"{ended.status}: {ended.reason}"
    again = attempt.record(ended)
    timing = replace(again.timings[0], same=_is_same(record, again))
    return _recorded(lock, replace(record, repeats=[*record.repeats, timing])), ""


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
