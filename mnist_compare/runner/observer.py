"""Who is told what happens while a comparison runs."""

from collections.abc import Sequence
from pathlib import Path

from mnist_compare.records.record import Record
from mnist_compare.records.run_state import RunState
from mnist_compare.runner.planned_run import PlannedRun
from mnist_compare.worker.events import Event


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

    def run_placed_again(self, run: PlannedRun, reason: str, number: int) -> None:
        """Its worker was lost, for this reason: it is placed again, for the time with that number."""

    def run_event(self, run: PlannedRun, event: Event) -> None:
        """A worker has said something."""

    def run_ended(self, run: PlannedRun, record: Record, *, kept: bool) -> None:
        """A run is over; `kept` where its record was there already."""

    def retiming(self, run: PlannedRun, number: int, count: int, others: float | None) -> None:
        """A finished run is timed again: since other work kept so many cores busy, or (None) as it was asked for."""

    def retimed(self, run: PlannedRun, record: Record, problem: str) -> None:
        """It has been, and the record has the new timing; or it has not, for the reason that `problem` says."""
