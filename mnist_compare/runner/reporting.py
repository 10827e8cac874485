"""The report of a comparison, begun before its records are there."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread

from mnist_compare.data import Dataset
from mnist_compare.report import draw_samples, write_report
from mnist_compare.report.drawn import Drawn
from mnist_compare.results import Record


class Reporting:
    """Imports what draws, and draws images of the data set, while the first worker imports its framework; writes the
    report in the end.
    """

    def __init__(self, folder: Path, dataset: Dataset) -> None:
        self._folder, self._dataset = folder, dataset
        self._samples: Drawn | None = None
        self._ahead = Thread(target=self._begin)

    def start(self) -> None:
        """Begin."""
        self._ahead.start()

    def _begin(self) -> None:
        with suppress(Exception):  # whatever it is, the report will meet it too, and say it
            import mnist_compare.report.console
            import mnist_compare.report.figures
            import mnist_compare.report.frame
            import mnist_compare.report.markdown  # noqa: F401

            self._samples = self._draw()

    def _draw(self) -> Drawn:
        return draw_samples(self._dataset.train_images, self._dataset.train_labels)

    def wait(self) -> None:
        """Until all of that is done: nothing else is to run while a worker trains."""
        if self._ahead.ident is not None:
            self._ahead.join()

    def report(self, records: Sequence[Record]) -> None:
        """Write the report of the records, where there are any."""
        self.wait()
        if records:
            write_report(self._folder, records, self._samples or self._draw())
