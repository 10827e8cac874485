"""A comparison: its folder, its runs in turn, their records, and the report of them."""

import shutil
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from threading import Lock

from mnist_compare.backend import relay_members
from mnist_compare.errors import UsageError
from mnist_compare.io.files import is_being_written
from mnist_compare.records.finished import FinishedRecords
from mnist_compare.records.folder import FIGURES_FOLDER, PAGE_FILE, REPORT_FILE
from mnist_compare.records.record import Record, current
from mnist_compare.records.results import RESULTS_FILE, read_records, repair_results, supersede
from mnist_compare.runner.attempt import RunContext
from mnist_compare.runner.comparison_lock import RUNS_FOLDER, ComparisonLock, locked_comparison, place_aside, rename
from mnist_compare.runner.engine import Engine
from mnist_compare.runner.execution import AGAIN_FOLDER, execute
from mnist_compare.runner.observer import Observer
from mnist_compare.runner.plan import Plan
from mnist_compare.runner.planned_run import PlannedRun
from mnist_compare.runner.reporter import MakeReporter, Reporter
from mnist_compare.runner.retiming import retime, to_retime
from mnist_compare.runner.shared_images import SHARED_FOLDER, SharedImages
from mnist_compare.runner.tasks import Stop, run_tasks

SHARING = Lock()
MAX_RETRIES = 100


def run_comparison(
    plan: Plan,
    folder: Path,
    engine: Engine,
    make_reporter: MakeReporter,
    observer: Observer | None = None,
    *,
    force: bool = False,
    timeout: float | None = None,
    retime: bool | None = None,
    stop: Stop | None = None,
    retries: int | None = None,
) -> list[Record]:
    """Execute the runs that the folder has no finished record of (all with `force`), write the report, and give
    the records that count.

    Then finished runs are timed again: with `retime` all that the folder held already, without a word on it those,
    once, whose timing other work has disturbed, and with `retime=False` none. A run that is not done after `timeout`
    seconds is killed; one whose worker is lost is placed again up to `retries` times (None: as the engine has it).
    Raises OutputError when the folder holds something else, is in use by another command, or cannot be written. Ctrl-C
    ends the run in hand with a record that says so, writes the report, and is raised again. Once `stop` says so, no
    other run is begun, and those in hand end in order.
    """
    if timeout is not None and not timeout > 0:
        raise UsageError(f"--timeout must be more than 0 seconds (it is {timeout:g}).")
    if retries is not None and not 0 <= retries <= MAX_RETRIES:
        raise UsageError(f"--retries must be from 0 to {MAX_RETRIES} (it is {retries}).")
    with locked_comparison(folder, plan) as lock:
        observer = observer or Observer()
        half = repair_results(folder)
        if half:
            observer.half_record(half)
        if force:
            _set_aside(lock, plan)
        context = RunContext(
            lock,
            engine,
            observer,
            timeout,
            jobs=1 if engine.keeps_apart else plan.jobs,
            margin=plan.margin,
            latency=plan.latency,
            keep_epochs=plan.keep_epochs,
            retries=engine.retries if retries is None else retries,
        )
        return _Session(plan, context, make_reporter(lock, plan.dataset), stop).run_all(retime)


class _Session:
    """The runs of one command: those that have no finished record yet are executed, and some are timed again."""

    def __init__(self, plan: Plan, context: RunContext, reporter: Reporter, stop: Stop | None) -> None:
        self.plan, self.context, self.reporter, self.stop = plan, context, reporter, stop
        self.lock, self.folder = context.lock, context.lock.folder
        self.finished = FinishedRecords(self.folder)
        self.images = SharedImages(plan.datasets, context.lock)

    def run_all(self, retime_wanted: bool | None) -> list[Record]:
        """Do all of it, write the report, and give the records that count."""
        wanted = [run for run in self.plan.runs if run.key not in self.finished]
        self.context.observer.planned(self.plan.runs, self.folder)
        _tidy(self.folder)
        if wanted:
            self._prepare(wanted[0])
        try:
            tasks = [partial(self._one, number, run) for number, run in enumerate(self.plan.runs, 1)]
            run_tasks(tasks, self.plan.jobs, self.stop)
            again = self._retime(retime_wanted)
        except KeyboardInterrupt:
            self.reporter.report(_records(self.folder))
            raise
        finally:
            self.images.remove()
        self.lock.require()
        records = _records(self.folder)
        if wanted or again or _is_stale(self.folder):
            self.reporter.report(records)
        return current(records)

    def _prepare(self, run: PlannedRun) -> None:
        """What takes long may begin before the first run, which this one is."""
        first = relay_members(run.spec.backend)[0]
        self.context.engine.prepare(first, run.interpreters[first].path, run.spec.threads)
        self.reporter.start()

    def _one(self, number: int, run: PlannedRun, stop: Stop) -> None:
        self.context.observer.run_started(run, number, len(self.plan.runs))
        if finished := self.finished.get(run.key):
            self.context.observer.run_ended(run, finished, kept=True)
            return
        self.lock.require()
        with SHARING:
            arrays = self.images.of(run.spec)
            self.reporter.wait()
        if stop():
            return
        record = execute(run, arrays, self.context, stop)
        self.context.observer.run_ended(run, record, kept=False)

    def _retime(self, wanted: bool | None) -> list[PlannedRun]:
        """Time finished runs again, and give them."""
        if wanted is False:
            return []  # without a look at all records
        done = FinishedRecords(self.folder)
        again = to_retime(self.plan.runs, self.finished, done, wanted)
        if again:
            self.lock.require()
            self.reporter.wait()
            retime(again, self.finished if wanted else (), done, self.images, self.context)
        return again


def _tidy(folder: Path) -> None:
    """Take away what a killed command may have left, perhaps half written."""
    for left in (SHARED_FOLDER, AGAIN_FOLDER):
        shutil.rmtree(folder / left, ignore_errors=True)
    for half in [*folder.glob(".*.tmp"), *(folder / FIGURES_FOLDER).glob(".*.tmp")]:
        if not is_being_written(half):  # by `report`, which needs no lock
            with suppress(OSError):
                half.unlink()


def _is_stale(folder: Path) -> bool:
    """Whether the report is not that of the records: a command before this one may not have come to it."""
    reports, results = (folder / REPORT_FILE, folder / PAGE_FILE), folder / RESULTS_FILE
    return any(not one.exists() or one.stat().st_mtime_ns < results.stat().st_mtime_ns for one in reports)


def _set_aside(lock: ComparisonLock, plan: Plan) -> None:
    """Mark what the plan's runs have left as superseded, and move it away, so that all begin anew."""
    runs = lock.folder / RUNS_FOLDER
    moved: dict[str, str] = {}
    with ExitStack() as back:  # all of it or nothing: a record names the place of its weights
        for run in plan.runs:
            place = runs / run.name
            if place.is_dir():
                aside = place_aside(place)
                lock.require()
                rename(place, aside)
                back.callback(rename, aside, place)
                moved |= {f"runs/{run.name}/{file.name}": f"runs/{aside.name}/{file.name}" for file in aside.iterdir()}
        lock.require()
        if (lock.folder / RESULTS_FILE).exists():
            supersede(lock.folder, {run.key for run in plan.runs}, moved)
        back.pop_all()


def _records(folder: Path) -> list[Record]:
    return read_records(folder) if (folder / RESULTS_FILE).exists() else []
