"""How far the training of an experiment has come in this process, as one value."""

from pathlib import Path

import msgspec
from msgspec.structs import replace

from mnist_compare.experiment.evaluation import Evaluation

PHASES = ("build", "data", "waiting", "first_step", "training", "evaluation", "checkpoint", "paused")


class PartialEpoch(msgspec.Struct, frozen=True):
    """An epoch under way: the losses of the steps that are done (NaN where not known), and the seconds by phase."""

    losses: list[float] = []
    seconds: dict[str, float] = {}


class TrainingState(msgspec.Struct, frozen=True):
    """What the training loop replaces as it goes, and a worker reports.

    Fields:
        epoch: epochs that are done in all, in other processes too.
        step: optimizer updates that are done in all, those of the epoch under way included.
        validation_losses: those after the epochs that are done, where the schedule goes by them.
        monitored: what early stopping goes by, after the epochs that are done; less is better.
        best_epoch: the one whose network this is, once a training with early stopping has ended.
        partial: the epoch under way, where the training was stopped in the middle of one.
        seconds: those of each phase, in this process.
        images: how many were trained in steady training, without the first step, in this process.
        last_test: the evaluation of the test images after the last epoch.
        last_train: that of all training images, where there was one.
        weights_file: the newest checkpoint, with its SHA-256.
    """

    epoch: int = 0
    step: int = 0
    validation_losses: tuple[float, ...] = ()
    monitored: tuple[float, ...] = ()
    best_epoch: int | None = None
    partial: PartialEpoch = PartialEpoch()
    seconds: dict[str, float] = msgspec.field(default_factory=lambda: dict.fromkeys(PHASES, 0.0))
    images: int = 0
    last_test: Evaluation | None = None
    last_train: Evaluation | None = None
    weights_file: tuple[Path, str] | None = None

    def spent(self, **seconds: float) -> "TrainingState":
        """The state after some more seconds of some phases."""
        return replace(self, seconds={phase: s + seconds.get(phase, 0.0) for phase, s in self.seconds.items()})
