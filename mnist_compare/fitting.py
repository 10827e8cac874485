"""Fitting: the epochs of a training, in which training, evaluation and saving are timed apart."""

from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from mnist_compare.data import Arrays as Images
from mnist_compare.errors import Diverged
from mnist_compare.evaluation import Evaluation
from mnist_compare.randomness import Array
from mnist_compare.results import EpochResult
from mnist_compare.steps import EpochPlan

if TYPE_CHECKING:
    from mnist_compare.experiment import Experiment

LOSS_EVERY = 100
PIECE_SECONDS = 0.5
KEPT_CHECKPOINTS = 2


class Progress(msgspec.Struct, frozen=True):
    """Where the training stands. Epochs and steps (of the epoch) count from 1; `loss` is the mean of the last steps."""

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    images_per_second: float


class Fitting:
    """The training of one experiment on one set of images, which are put on the device once."""

    def __init__(
        self,
        experiment: "Experiment",
        arrays: Images,
        checkpoints: Path | None,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self._experiment = experiment
        self._seconds = experiment.seconds
        self._checkpoints = checkpoints
        self._on_progress = on_progress
        self._warm = False
        begin = perf_counter()
        self._labels = {"train": arrays.train_labels, "test": arrays.test_labels}
        self._images = {
            "train": experiment.place(arrays.train_images),
            "test": experiment.place(arrays.test_images),
        }
        if len(arrays.validation_labels):
            self._labels["validation"] = arrays.validation_labels
            self._images["validation"] = experiment.place(arrays.validation_images)
        self._targets = experiment.place(experiment.targets(arrays.train_labels))
        self._seconds["data"] += perf_counter() - begin

    def epoch(self) -> EpochResult:
        """Train, evaluate and save one epoch; raises Diverged when a loss is no longer finite."""
        experiment, before = self._experiment, dict(self._seconds)
        plan = experiment.plan(len(self._labels["train"]))
        losses = np.concatenate(list(self._train(plan)))
        experiment.epoch += 1
        begin = perf_counter()
        metrics = {
            name: experiment.evaluate_placed(images, self._labels[name]) for name, images in self._images.items()
        }
        self._seconds["evaluation"] += perf_counter() - begin
        for name, evaluation in metrics.items():
            if not np.isfinite(evaluation.loss):
                raise Diverged(f"The {name} loss became {evaluation.loss} after epoch {experiment.epoch}")
        experiment.last_test = metrics["test"]
        begin = perf_counter()
        self._save()
        self._seconds["checkpoint"] += perf_counter() - begin
        spent = {phase: seconds - before[phase] for phase, seconds in self._seconds.items()}
        return _result(experiment.epoch, metrics, spent, plan, losses)

    def _train(self, plan: EpochPlan) -> Iterator[Array]:
        experiment, done = self._experiment, 0
        while done < plan.count:
            for steps in plan.pieces(done, min(self._piece(plan), plan.largest_piece())):
                begin = perf_counter()
                losses = experiment.train(self._images["train"], self._targets, steps)
                seconds = perf_counter() - begin
                self._require_finite(losses, done)
                # The first step of a process is apart: frameworks compile in it.
                self._seconds["training" if self._warm else "first_step"] += seconds
                experiment.steady_images += steps.indices.size if self._warm else 0
                self._warm = True
                experiment.step += len(steps)
                done += len(steps)
                yield losses
                self._tell(plan, done, float(losses.mean()))

    def _piece(self, plan: EpochPlan) -> int:
        """Steps that take about half a second: the pace of progress, and of the memory for masks."""
        speed = self._experiment.images_per_second
        return max(1, int(PIECE_SECONDS * speed / plan.batch_size)) if speed else 1

    def _require_finite(self, losses: Array, done: int) -> None:
        wrong = np.flatnonzero(~np.isfinite(losses))
        if len(wrong):
            epoch, step = self._experiment.epoch + 1, done + int(wrong[0]) + 1
            raise Diverged(f"The loss became {losses[wrong[0]]} in epoch {epoch}, step {step}")

    def _tell(self, plan: EpochPlan, done: int, loss: float) -> None:
        if self._on_progress:
            experiment = self._experiment
            epoch, speed = experiment.epoch + 1, experiment.images_per_second or 0.0
            self._on_progress(Progress(epoch, experiment.recipe.epochs, done, plan.count, loss, speed))

    def _save(self) -> None:
        if self._checkpoints is None:
            return
        epoch = self._experiment.epoch
        path = self._checkpoints / checkpoint_name(epoch)
        self._experiment.weights_file = (path, self._experiment.save(path))
        (self._checkpoints / checkpoint_name(epoch - KEPT_CHECKPOINTS)).unlink(missing_ok=True)


def checkpoint_name(epoch: int) -> str:
    """The file of an epoch (counted from 1)."""
    return f"epoch-{epoch:03d}.safetensors"


def _result(
    epoch: int, metrics: dict[str, Evaluation], spent: dict[str, float], plan: EpochPlan, losses: Array
) -> EpochResult:
    train, test, validation = metrics["train"], metrics["test"], metrics.get("validation")
    return EpochResult(
        epoch=epoch,
        train_loss=train.loss,
        train_accuracy=train.accuracy,
        test_loss=test.loss,
        test_accuracy=test.accuracy,
        validation_loss=validation.loss if validation else None,
        validation_accuracy=validation.accuracy if validation else None,
        train_seconds=spent["training"],
        evaluation_seconds=spent["evaluation"],
        checkpoint_seconds=spent["checkpoint"],
        learning_rate=float(plan.learning_rates[0]),
        loss_every=LOSS_EVERY,
        step_losses=[float(losses[i : i + LOSS_EVERY].mean()) for i in range(0, len(losses), LOSS_EVERY)],
    )
