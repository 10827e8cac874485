"""A comparison: its folder, its runs one after another, their records, and the report of them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from filelock import FileLock, Timeout

from mnist_compare import __version__
from mnist_compare.data import Dataset, normalize, write_arrays
from mnist_compare.errors import OutputError
from mnist_compare.recipe import Recipe
from mnist_compare.report import REPORT_FILE, write_report
from mnist_compare.report.files import write_file
from mnist_compare.results import RESULTS_FILE, Record, Status, read_records
from mnist_compare.runner.execution import RUNS_FOLDER, Observer, execute
from mnist_compare.runner.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

COMPARISON_FILE = "comparison.json"
SHARED_FOLDER = ".shared"
LOCK_FILE = ".lock"


class Comparison(msgspec.Struct, frozen=True):
    """What a comparison has given: a folder and its records."""

    folder: Path
    records: list[Record]

    def to_frame(self) -> "pd.DataFrame":
        """One row per run, as a pandas DataFrame."""
        from mnist_compare.report.frame import to_frame

        return to_frame(self.records)


class _Identity(msgspec.Struct, frozen=True):
    mnist_compare: str
    identity: str
    runs: list[str]


def run_comparison(plan: Plan, folder: Path, observer: Observer | None = None, *, force: bool = False) -> Comparison:
    """Execute the runs that the folder has no finished record of (all with `force`), and write the report.

    Raises OutputError when the folder holds something else or cannot be written. Ctrl-C ends the run in
    hand with a record that says so, writes the report, and is raised again.
    """
    _claim(folder, plan)
    with _sole_user(folder):
        return _run_all(plan, folder, observer or Observer(), force=force)


def _run_all(plan: Plan, folder: Path, observer: Observer, *, force: bool) -> Comparison:
    finished = {} if force else _finished(folder)
    wanted = [run for run in plan.runs if run.key not in finished]
    shared = folder / SHARED_FOLDER
    shutil.rmtree(shared, ignore_errors=True)  # what a killed command may have left, perhaps half written
    try:
        for number, run in enumerate(plan.runs, 1):
            observer.run_started(run, number, len(plan.runs))
            if run.key in finished:
                observer.run_ended(run, finished[run.key], kept=True)
                continue
            arrays = share_arrays(plan.dataset, run.spec.recipe, shared)
            record = execute(run, folder, arrays, observer)
            observer.run_ended(run, record, kept=False)
    finally:
        shutil.rmtree(shared, ignore_errors=True)
        records = _records(folder, plan)
        if records and (wanted or not (folder / REPORT_FILE).exists()):
            write_report(folder, records, (plan.dataset.train_images, plan.dataset.train_labels))
    return Comparison(folder, records)


@contextmanager
def _sole_user(folder: Path) -> Iterator[None]:
    """Keep a second command off the folder: the two would take each other's files away."""
    lock = FileLock(folder / LOCK_FILE)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise OutputError(
            f"Another command is at work on {folder}. Wait until it has ended, or give another folder with --output."
        ) from None
    except OSError as error:
        raise OutputError(f"Cannot write to {folder}: {error.strerror or error}.") from None
    try:
        yield
    finally:
        lock.release()


def open_comparison(folder: str | Path) -> Comparison:
    """The comparison that a folder holds, from its records alone."""
    return Comparison(Path(folder), read_records(Path(folder)))


def _claim(folder: Path, plan: Plan) -> None:
    """Make the folder this comparison's, unless it is another's."""
    path = folder / COMPARISON_FILE
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file, not a folder. Give another folder with --output.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists():
            try:
                found = msgspec.json.decode(path.read_bytes(), type=_Identity).identity
            except (msgspec.DecodeError, UnicodeDecodeError):
                raise OutputError(f"{path} is damaged. Give another folder with --output.") from None
            if found != plan.identity:
                raise OutputError(
                    f"{folder} holds another comparison, with other runs or data. Give another folder with --output, "
                    "or leave --output out: each comparison then has a folder of its own."
                )
            return
        if any(folder.iterdir()):
            raise OutputError(
                f"{folder} is not empty and holds no comparison. Give a new or empty folder with --output."
            )
        (folder / RUNS_FOLDER).mkdir()
    except OSError as error:
        raise OutputError(f"Cannot write to {folder}: {error.strerror}. Give another folder with --output.") from None
    identity = _Identity(__version__, plan.identity, [run.name for run in plan.runs])
    write_file(path, msgspec.json.format(msgspec.json.encode(identity)) + b"\n")


def _finished(folder: Path) -> dict[str, Record]:
    if not (folder / RESULTS_FILE).exists():
        return {}
    return {record.key: record for record in read_records(folder) if record.status is Status.DONE}


def _records(folder: Path, plan: Plan) -> list[Record]:
    if not (folder / RESULTS_FILE).exists():
        return []
    order = {run.key: position for position, run in enumerate(plan.runs)}
    return sorted(read_records(folder), key=lambda record: order.get(record.key, len(order)))


def share_arrays(dataset: Dataset, recipe: Recipe, shared: Path) -> Path:
    """The folder of the normalized images that the recipe asks for, written on first use."""
    dtype = np.float64 if recipe.precision == "float64" else np.float32
    folder = shared / f"{recipe.normalization}-{np.dtype(dtype).name}"
    if not folder.exists():
        write_arrays(normalize(dataset, recipe.normalization, dtype), folder)
    return folder
