"""What a trial's first run tells while it trains: the accuracy after each epoch, by which the trial may be pruned."""

from collections.abc import Sequence
from pathlib import Path

from optuna.trial import Trial

from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.records.record import Record, Status
from mnist_compare.records.run_state import RunState
from mnist_compare.runner.observer import Observer
from mnist_compare.runner.planned_run import PlannedRun
from mnist_compare.runner.tasks import Stop
from mnist_compare.runner.training_events import EpochEnded
from mnist_compare.worker.events import Event


class TrialObserver(Observer):
    """Tells the study how the `first` run of a trial does, and stops all of its runs where the pruner says so. What
    happens is told to another observer, too.

    In matched mode all backends compute the same, so that the first decides for all.
    """

    def __init__(self, inner: Observer, trial: Trial, first: PlannedRun, pruner: str) -> None:
        self.stop = Stop()
        self._inner, self._trial, self._first, self._pruner = inner, trial, first, pruner

    def planned(self, runs: Sequence[PlannedRun], folder: Path) -> None:
        """The study has said it already."""

    def half_record(self, file: str) -> None:
        self._inner.half_record(file)

    def run_started(self, run: PlannedRun, number: int, count: int) -> None:
        self._inner.run_started(run, number, count)

    def run_resumed(self, run: PlannedRun, state: RunState | None, damaged: list[str]) -> None:
        if state and run.key == self._first.key:
            for result in state.history:  # a command that was killed may not have come to tell the last one
                self._report(result)
        self._inner.run_resumed(run, state, damaged)

    def run_event(self, run: PlannedRun, event: Event) -> None:
        if isinstance(event, EpochEnded) and run.key == self._first.key:
            self._report(event.result)
            if event.result.epoch < run.spec.recipe.epochs and self._trial.should_prune():
                self.stop.status = Status.PRUNED
                self.stop.reason = f"pruned by {self._pruner}"
        self._inner.run_event(run, event)

    def run_ended(self, run: PlannedRun, record: Record, *, kept: bool) -> None:
        self._inner.run_ended(run, record, kept=kept)

    def _report(self, result: EpochResult) -> None:
        early = result.test_accuracy is None  # with early stopping, what is held out is looked at once, in the end
        value = result.validation_accuracy if early else result.test_accuracy
        if value is not None:
            self._trial.report(value, result.epoch)
