"""The training loop: the epochs of a training, in which training, evaluation and saving are timed apart."""

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace

from mnist_compare.data import NormalizedData
from mnist_compare.errors import Diverged
from mnist_compare.experiment.checkpoint import file_sha256, read_checkpoint
from mnist_compare.experiment.device_images import DeviceImages
from mnist_compare.experiment.early_stopping import best_epoch, monitored_value
from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.experiment.evaluation import Evaluation
from mnist_compare.experiment.following import Told
from mnist_compare.experiment.interface import ExperimentInterface
from mnist_compare.experiment.steps import EpochPlan, Steps
from mnist_compare.experiment.train_measure import TrainMeasure
from mnist_compare.experiment.train_metrics import RUNNING, SAMPLE, TrainMetrics
from mnist_compare.experiment.training_state import PartialEpoch, TrainingState
from mnist_compare.host.stopwatch import Stopwatch
from mnist_compare.io.bounds import LARGEST
from mnist_compare.io.files import HeldFolder, make_folder
from mnist_compare.randomness import Array

LOSS_EVERY = 100
PIECE_SECONDS = 0.5
KEPT_CHECKPOINTS = 2
STEP = "-step-"
"""Stands in the name of a checkpoint from the middle of an epoch."""


class Progress(msgspec.Struct, frozen=True):
    """Where the training stands. Epochs and steps (of the epoch) count from 1; `loss` is the mean of the last steps."""

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    images_per_second: float


class TrainingLoop:
    """The training of one experiment on one set of images, which are put on the device once."""

    def __init__(
        self,
        experiment: ExperimentInterface,
        arrays: NormalizedData,
        checkpoints: str | Path | HeldFolder | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] = lambda: False,
        train_metrics: TrainMetrics = SAMPLE,
        keep_epochs: bool = False,
        on_steps: Callable[[Told], None] | None = None,
    ) -> None:
        self._experiment = experiment
        self._patience = experiment.recipe.patience
        self._temporary = tempfile.TemporaryDirectory() if self._patience and checkpoints is None else None
        if self._temporary:
            checkpoints = self._temporary.name
        self._checkpoints = hold(checkpoints) if isinstance(checkpoints, str | Path) else checkpoints
        self._on_progress = on_progress
        self._stop = stop
        self._keep_epochs = keep_epochs
        self._on_steps = on_steps
        self._watch = Stopwatch()
        self._warm = False
        begin = perf_counter()
        labels, self._train_count = arrays.train_labels, len(arrays.train_labels)
        self._train_images = DeviceImages(experiment, arrays.train_images, labels)
        self._train_metrics = train_metrics
        self._measure = TrainMeasure(experiment, train_metrics, self._train_images, arrays.train_images, labels)
        self._labels = {"test": arrays.test_labels}
        self._images = {"test": DeviceImages(experiment, arrays.test_images)}
        if len(arrays.validation_labels):
            self._labels["validation"] = arrays.validation_labels
            self._images["validation"] = DeviceImages(experiment, arrays.validation_images)
        self._state = self._state.spent(data=perf_counter() - begin)

    @property
    def _state(self) -> TrainingState:
        return self._experiment.training

    @_state.setter
    def _state(self, state: TrainingState) -> None:
        self._experiment.training = state

    def epoch(self) -> EpochResult | None:
        """Train, evaluate and save one epoch; None when it was stopped, and saved as far as it was.

        Raises Diverged when a loss is no longer finite.
        """
        with self._watch:
            return self._epoch()

    def _epoch(self) -> EpochResult | None:
        experiment = self._experiment
        partial = self._state.partial
        before = {phase: s - partial.seconds.get(phase, 0.0) for phase, s in self._state.seconds.items()}
        plan = experiment.plan(self._train_count)
        losses = list(partial.losses)
        if self._stop():
            return None
        for piece in self._train(plan, len(losses)):
            losses += piece.tolist()
            if len(losses) < plan.count and self._stop():
                self._state = replace(self._state, partial=PartialEpoch(losses, self._spent(before)))
                self._save()
                return None
        self._state = replace(self._state, epoch=self._state.epoch + 1, partial=PartialEpoch())
        metrics = self._evaluate(test=not self._patience, whole=not self._patience and self._is_last)
        if self._patience:
            value = monitored_value(experiment.recipe, metrics["validation"])
            self._state = replace(self._state, monitored=(*self._state.monitored, value))
        if experiment.recipe.schedule.watches_validation:
            losses_so_far = (*self._state.validation_losses, metrics["validation"].loss)
            self._state = replace(self._state, validation_losses=losses_so_far)
        self._save_timed()
        return self._result(metrics, self._spent(before), plan, np.array(losses))

    def epoch_alone(self) -> None:
        """Train one epoch, and neither evaluate nor save it."""
        with self._watch:
            plan = self._experiment.plan(self._train_count)
            for _ in self._train(plan, len(self._state.partial.losses)):
                continue
        self._state = replace(self._state, epoch=self._state.epoch + 1, partial=PartialEpoch())

    def untrained(self) -> None:
        """Evaluate and save the network as it is: all that there is to do in no epochs."""
        with self._watch:
            self._evaluate(whole=self._is_last)
            self._save_timed()

    def take_best(self) -> None:
        """Go back to the best epoch, where early stopping has chosen one, and evaluate the test images by that."""
        best = best_epoch(self._state.monitored)
        if not best or self._checkpoints is None:
            return
        with self._watch:
            self._watch.start()
            path = self._checkpoints.path / checkpoint_name(best)
            header, weights, slots = read_checkpoint(path)
            self._experiment.restore(weights, slots)
            self._state = replace(
                self._state,
                **header.progress,
                best_epoch=best,
                weights_file=(path, file_sha256(path)),
            )
            self._spend("checkpoint")
            self._evaluate(whole=True)

    @property
    def _is_last(self) -> bool:
        return self._experiment.epoch >= self._experiment.recipe.epochs

    def _evaluate(self, *, whole: bool, test: bool = True) -> dict[str, Evaluation]:
        """All metrics of the network as it is, by the name of the split; raises Diverged where a loss is too large.

        Those of the training images are there only where they were measured: of all where the `whole` is asked for.
        """
        experiment = self._experiment
        self._watch.start()
        train, all_train = self._measure.measure(last=whole)
        metrics = {"train": train} if train else {}
        for name, images in self._images.items():
            if name == "test" and not test:
                continue
            metrics[name] = images.evaluate(self._labels[name], keep=name == "test")
        self._spend("evaluation")
        for name, evaluation in [*metrics.items(), *([("train", all_train)] if all_train else [])]:
            if not abs(evaluation.loss) <= LARGEST:
                raise Diverged(f"The {name} loss became {evaluation.loss} after epoch {experiment.epoch}")
        self._state = replace(self._state, last_test=metrics.get("test"), last_train=all_train)
        return metrics

    def _save_timed(self) -> None:
        self._watch.start()
        self._save()
        self._spend("checkpoint")

    def _spent(self, before: dict[str, float]) -> dict[str, float]:
        return {phase: seconds - before[phase] for phase, seconds in self._state.seconds.items()}

    def _train(self, plan: EpochPlan, done: int) -> Iterator[Array]:
        while done < plan.count:
            for steps in plan.pieces(done, min(self._piece(plan), plan.largest_piece())):
                self._watch.start()
                if self._on_steps:
                    self._on_steps(Told.of(steps, self._state.validation_losses))
                batch = self._gather(steps)
                losses = self._experiment.train(*batch)
                # The first step of a process is apart: frameworks compile in it.
                self._spend("training" if self._warm else "first_step")
                self._require_finite(losses, done)
                self._count(steps)
                done += len(steps)
                yield losses
                self._tell(plan, done, float(losses.mean()))

    def _gather(self, steps: Steps) -> tuple[Any, Any, Steps]:
        """What the experiment takes for the steps; how long that took is apart, but for nothing where all lie ready."""
        images = self._train_images
        gathered = images.gather(steps)
        if images.ahead:
            self._spend("waiting")
            self._watch.start()
        batch = images.put(gathered, steps)
        if gathered is not None:
            self._spend("data")
            self._watch.start()
        return batch

    def close(self) -> None:
        """Give back what the training held beside its memory."""
        self._train_images.close()
        if self._temporary:
            if self._checkpoints:
                self._checkpoints.close()
            self._temporary.cleanup()

    def _spend(self, phase: str) -> None:
        """Add the time since the start of the watch to a phase, and pauses in it to `paused`."""
        seconds, paused = self._watch.stop()
        self._state = self._state.spent(**{phase: seconds, "paused": paused})

    def _count(self, steps: Steps) -> None:
        state, images = self._state, steps.indices.size if self._warm else 0
        self._state = replace(state, step=state.step + len(steps), images=state.images + images)
        if not self._warm:
            self._experiment.communication = 0.0  # as of the seconds of training, the first step is no part of it
        self._warm = True

    def _piece(self, plan: EpochPlan) -> int:
        """Steps that take about half a second: the pace of progress, and of the memory for masks.

        Where their images are put on the device for them, as many as fit there, and a power of two: what a framework
        compiles for so many images serves again.
        """
        speed, most = self._experiment.images_per_second, self._train_images.most
        steps = max(1, int(PIECE_SECONDS * speed / plan.batch_size)) if speed else 1
        return steps if most is None else 2 ** (max(1, min(steps, most // plan.batch_size)).bit_length() - 1)

    def _require_finite(self, losses: Array, done: int) -> None:
        wrong = np.flatnonzero(~(np.abs(losses) <= LARGEST))
        if len(wrong):
            epoch, step = self._experiment.epoch + 1, done + int(wrong[0]) + 1
            raise Diverged(f"The loss became {losses[wrong[0]]} in epoch {epoch}, step {step}")

    def _result(
        self, metrics: dict[str, Evaluation], spent: dict[str, float], plan: EpochPlan, losses: Array
    ) -> EpochResult:
        train, test, validation = metrics.get("train"), metrics.get("test"), metrics.get("validation")
        finite = losses[np.isfinite(losses)]
        running = float(finite.mean()) if self._train_metrics == RUNNING and len(finite) == len(losses) else None
        return EpochResult(
            epoch=self._state.epoch,
            train_loss=train.loss if train else running,
            train_accuracy=train.accuracy if train else None,
            test_loss=test.loss if test else None,
            test_accuracy=test.accuracy if test else None,
            validation_loss=validation.loss if validation else None,
            validation_accuracy=validation.accuracy if validation else None,
            train_seconds=spent["training"],
            evaluation_seconds=spent["evaluation"],
            checkpoint_seconds=spent["checkpoint"],
            learning_rate=float(plan.learning_rates[0]),
            loss_every=LOSS_EVERY,
            step_losses=_means(finite),
        )

    def _tell(self, plan: EpochPlan, done: int, loss: float) -> None:
        if self._on_progress:
            experiment = self._experiment
            epoch, speed = experiment.epoch + 1, experiment.images_per_second or 0.0
            self._on_progress(Progress(epoch, experiment.recipe.epochs, done, plan.count, loss, speed))

    def _save(self) -> None:
        if self._checkpoints is None:
            return
        self._checkpoints.require()  # somebody may have taken it away: half a folder would be worse than none
        folder = self._checkpoints.path
        path = folder / checkpoint_name(self._experiment.epoch, len(self._state.partial.losses))
        self._state = replace(self._state, weights_file=(path, self._experiment.write_checkpoint(path)))
        files, monitored = checkpoint_files(folder), self._state.monitored
        # The best one, and that as which an older checkpoint knows it: should this one be damaged, that goes on.
        kept = {checkpoint_name(best_epoch(values)) for values in (monitored, monitored[:-1]) if values}
        for old in files[: max(0, files.index(path) + 1 - KEPT_CHECKPOINTS)]:
            if (self._keep_epochs and STEP not in old.name) or old.name in kept:
                continue
            for file in (old.with_suffix(".json"), old):  # what a run knew at that checkpoint stands beside it
                file.unlink(missing_ok=True)


def hold(folder: str | Path) -> HeldFolder:
    """The folder, made where it is missing, and kept open; raises OutputError where that cannot be."""
    make_folder(Path(folder))
    return HeldFolder(Path(folder))


def checkpoint_name(epoch: int, steps: int = 0) -> str:
    """The file of a network after `epoch` epochs and `steps` steps of the next."""
    return f"epoch-{epoch:03d}{f'{STEP}{steps:07d}' if steps else ''}.safetensors"


def checkpoint_files(folder: Path, ending: str = ".safetensors") -> list[Path]:
    """The checkpoints in a folder, or the files beside them that end like that, the oldest first."""
    return sorted(folder.glob(f"epoch-*{ending}"), key=lambda path: [int(n) for n in re.findall(r"\d+", path.stem)])


def _means(losses: Array) -> list[float]:
    return [float(losses[i : i + LOSS_EVERY].mean()) for i in range(0, len(losses), LOSS_EVERY)]
