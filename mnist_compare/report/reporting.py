"""The report of a comparison: begun before its records are there, or made again from them."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread

from mnist_compare.data import Dataset
from mnist_compare.document.rendered import Rendered
from mnist_compare.errors import MnistCompareError, OutputError
from mnist_compare.host.garbage import importing
from mnist_compare.io.files import stamp
from mnist_compare.records.folder import FIGURES_FOLDER, PAGE_FILE, REPORT_FILE
from mnist_compare.records.record import Record
from mnist_compare.records.results import RESULTS_FILE, half_record_note, read_records
from mnist_compare.report import SAMPLES, draw_samples, write_report
from mnist_compare.report.evaluated_images import EvaluatedImages
from mnist_compare.runner.comparison_lock import ComparisonLock
from mnist_compare.runner.data_spec import open_data

TRIES = 5


class Reporting:
    """Imports what draws, and draws images of the data set, while the first worker imports its framework; writes the
    report in the end.
    """

    def __init__(self, lock: ComparisonLock, dataset: Dataset) -> None:
        self._lock, self._dataset = lock, dataset
        self._samples: Rendered | None = None
        self._drawing = Thread(target=self._begin)

    def start(self) -> None:
        """Begin."""
        self._drawing.start()

    def _begin(self) -> None:
        with suppress(Exception):  # whatever it is, the report will meet it too, and say it
            with importing():
                import scipy.special  # noqa: F401

                import mnist_compare.records.frame
                import mnist_compare.report.console
                import mnist_compare.report.figures
                import mnist_compare.report.markdown
                import mnist_compare.report.page.page  # noqa: F401

            self._samples = self._draw()

    def _draw(self) -> Rendered:
        return draw_samples(self._dataset.train_images, self._dataset.train_labels)

    def wait(self) -> None:
        """Until all of that is done: nothing else is to run while a worker trains."""
        if self._drawing.ident is not None:
            self._drawing.join()

    def report(self, records: Sequence[Record]) -> None:
        """Write the report of the records, where there are any."""
        self.wait()
        if records:
            tests = EvaluatedImages(records[0].spec.data, self._dataset.test_images, self._dataset.test_labels)
            write_report(self._lock.folder, records, self._samples or self._draw(), self._lock.require, tests)


def renew_report(folder: Path) -> list[Record]:
    """Make the report of a comparison's folder again, and give the records that it is of, superseded ones too.

    The folder may be in use: where its records change meanwhile, nothing more is written, and it is begun again.
    Raises OutputError where the folder holds no results, or cannot be written, or where a report is there and no record
    any more: it stays.
    """
    for _ in range(TRIES):
        check = _unchanged(folder / RESULTS_FILE)
        records = read_records(folder)
        if not records:
            _keep_report(folder)
        try:
            used = _data_of(records)
            write_report(folder, records, _missing_samples(folder, used), check, _tests(records, used))
            check()
        except _Changed:
            continue
        return records
    raise OutputError(
        f"{folder} has changed {TRIES} times while its report was made. The command that is at work on it makes the "
        "report in the end."
    )


def _keep_report(folder: Path) -> None:
    """Raise OutputError where a report would be lost to an empty one."""
    there = [name for name in (PAGE_FILE, REPORT_FILE) if (folder / name).exists()]
    if there:
        note = half_record_note(folder) or f"There is nothing in {folder / RESULTS_FILE}."
        raise OutputError(
            f"No whole record is left in {folder}, so that {there[0]} stays as it is: a new one would be empty. {note}"
        )


class _Changed(Exception):
    """There are other records by now."""


def _unchanged(results: Path) -> Callable[[], None]:
    before = _stamp(results)

    def check() -> None:
        if _stamp(results) != before:
            raise _Changed

    return check


def _stamp(path: Path) -> tuple[int, ...] | None:
    with suppress(OSError):
        return stamp(path)
    return None


def _data_of(records: Sequence[Record]) -> Dataset | None:
    """The images of the records, where they are still to be had."""
    if records:
        with suppress(MnistCompareError):
            return open_data(records[0].spec.data)
    return None


def _tests(records: Sequence[Record], used: Dataset | None) -> EvaluatedImages | None:
    return EvaluatedImages(records[0].spec.data, used.test_images, used.test_labels) if used else None


def _missing_samples(folder: Path, used: Dataset | None) -> Rendered | None:
    """The figure of some training images, where it is not there and the data can be had."""
    if used is None or (folder / FIGURES_FOLDER / f"{SAMPLES}.png").exists():
        return None
    return draw_samples(used.train_images, used.train_labels)
