"""What writes the report of a comparison: given from above, since reports are made of what runs leave."""

from collections.abc import Callable, Sequence
from typing import Protocol

from mnist_compare.data import Dataset
from mnist_compare.records.record import Record
from mnist_compare.runner.comparison_lock import ComparisonLock


class Reporter(Protocol):
    """Begins while the first worker imports its framework, and writes the report in the end."""

    def start(self) -> None:
        """Begin what needs no records."""

    def wait(self) -> None:
        """Until that is done: nothing else is to run while a worker trains."""

    def report(self, records: Sequence[Record]) -> None:
        """Write the report of the records, where there are any."""


MakeReporter = Callable[[ComparisonLock, Dataset], Reporter]


class NoReport:
    """Writes none: the records are all that is left, and a report of them can be made at any time."""

    def __init__(self, lock: ComparisonLock, dataset: Dataset) -> None:
        pass

    def start(self) -> None:
        """Nothing to begin."""

    def wait(self) -> None:
        """Nothing to wait for."""

    def report(self, records: Sequence[Record]) -> None:
        """No report."""
