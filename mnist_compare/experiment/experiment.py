"""Experiment: one network and one recipe on one backend and device.

A backend implements the seven abstract members; all else (the plan of an epoch, timing, evaluation,
prediction, checkpoints) is shared here, so that every framework is treated alike.
"""

import math
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Any, Self

import msgspec
import numpy as np

from mnist_compare.architecture import Architecture
from mnist_compare.architecture.documented import default_recipe, find_architecture
from mnist_compare.architecture.freezing import frozen_layers, trained_parameters
from mnist_compare.architecture.rounding import check_rounded
from mnist_compare.data import Dataset, NormalizedData
from mnist_compare.defaults import ARITHMETIC, INITIALIZER, find_defaults, own_layers, own_optimizer
from mnist_compare.errors import BackendError, UsageError
from mnist_compare.experiment.checkpoint import read_checkpoint
from mnist_compare.experiment.device import own_device, resolve_device
from mnist_compare.experiment.early_stopping import is_over
from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.experiment.evaluating import Evaluating
from mnist_compare.experiment.following import Told
from mnist_compare.experiment.framework_model import WithFrameworkModel
from mnist_compare.experiment.interface import ExperimentInterface
from mnist_compare.experiment.loop import Progress, TrainingLoop
from mnist_compare.experiment.misfits import checked
from mnist_compare.experiment.shard import WHOLE, Shard
from mnist_compare.experiment.starting import start_weights
from mnist_compare.experiment.train_metrics import SAMPLE, check_train_metrics
from mnist_compare.experiment.training_state import PartialEpoch, TrainingState
from mnist_compare.host.environment import given_threads
from mnist_compare.io.files import HeldFolder
from mnist_compare.io.options import check_arguments, check_seed, check_types
from mnist_compare.io.reading import user_path
from mnist_compare.lowering import Setting, find_passes, lower
from mnist_compare.lowering.constants import round_layers
from mnist_compare.randomness import initial_weights
from mnist_compare.recipe import Recipe, Standardize, find_recipe
from mnist_compare.recipe.mode import Execution, Mode, check_execution, check_mode

ARGUMENTS = {
    "architecture": str | Path | Architecture,
    "recipe": str | Path | Recipe | None,
    "seed": int,
    "start": str | Path | None,
    **dict.fromkeys(("device", "mode", "execution", "tuning"), str),
}


class Experiment(Evaluating, WithFrameworkModel):
    """Train, evaluate, predict, save and load one network on one backend.

    This is what TorchExperiment, KerasExperiment, PaddleExperiment and NumpyExperiment, each in the package of its
    backend, have in common. One process takes one framework: importing TensorFlow before Paddle crashes.

    Options:
        architecture: a name, the path of a TOML file, or an Architecture. It is taken to be for images [1, 28, 28] of
            10 classes if it says nothing else; for other data give `architecture.fitted_to(data.image_shape,
            data.class_count)`.
        recipe: a name, the path of a TOML file, or a Recipe. Default: the one documented for the network.
        seed: of weights, batches and dropout, from 0 to 2^63 - 1.
        device: "auto", "cpu", "gpu" or "gpu:N".
        mode: "matched", "native", or "native:" and names of defaults joined by "+", for those alone.
        execution: "eager" (step by step, as written), "compiled" (steps as graphs of the framework), or "auto": the
            faster one.
        tuning: "tuned" (with the passes of `mnist_compare.lowering` that the backend gains from), "plain" (as users of
            the framework write the network), or names of passes joined by "+", for those alone.
        start: a checkpoint of any backend, whose weights take the place of the initial ones. All arrays must be in it,
            by name and shape, but those of the last linear layer, which are new where the classes are others.
        shard: this process's part of every batch, where several train one network together; `mnist_compare.compare`
            starts them.

    In `matched` mode initial weights, dropout masks and all semantics are those of the core, the same in every
    backend. In `native` mode they are the framework's own: its initializers, its defaults for what network and
    recipe do not set, its optimizer classes, its dropout, its augmentation; data, batch order and learning rates stay
    shared. Each of these defaults has a name (`Backend.defaults`), and `native:epsilon` is matched mode with that one
    alone.
    Tuning changes no result of matched mode but for rounding (in native mode, dropout may draw other masks); `passes`
    has the names of the passes that were taken.

    Raises UsageError for what cannot be meant, BackendError for what this backend or device cannot do.

    >>> from mnist_compare_numpy import NumpyExperiment
    >>> data = subset(load_dataset("mnist"), train_size=200, test_size=100)
    >>> experiment = NumpyExperiment("mlp", seed=0)
    >>> results = experiment.fit(data, epochs=1)
    >>> experiment
    <NumpyExperiment mlp, recipe mlp, seed 0, cpu, epoch 1 of 1>
    >>> results[0].test_accuracy == experiment.evaluate(data).accuracy
    True
    >>> experiment.predict(data.test_images[:5]).digits.shape
    (5,)
    >>> digest = experiment.save("mlp.safetensors")
    >>> NumpyExperiment.load("mlp.safetensors").epoch
    1
    """

    def __init_subclass__(cls, **options: Any) -> None:
        """Have every backend's `restore` look first at what it is given."""
        super().__init_subclass__(**options)
        if "restore" in vars(cls):
            cls.restore = checked(cls.restore)  # type: ignore[method-assign]

    def __init__(
        self,
        architecture: str | Path | Architecture,
        recipe: str | Path | Recipe | None = None,
        *,
        seed: int = 0,
        device: str = "auto",
        mode: Mode = "matched",
        execution: Execution = "auto",
        tuning: str = "tuned",
        start: str | Path | None = None,
        shard: Shard = WHOLE,
    ) -> None:
        seed = seed.item() if isinstance(seed, np.integer) else seed
        given = {"architecture": architecture, "recipe": recipe, "seed": seed, "start": start}
        check_types(given | {"device": device, "mode": mode, "execution": execution, "tuning": tuning}, ARGUMENTS)
        if isinstance(architecture, str | Path):
            architecture = find_architecture(str(architecture))
        self.architecture = architecture.alone
        check_rounded(self.architecture)
        check_seed(seed)
        found = (
            find_recipe(str(recipe)) if isinstance(recipe, str | Path) else recipe or default_recipe(self.architecture)
        )
        self.recipe = found.check()
        self.seed = seed
        self.mode = check_mode(mode)
        declared = self.backend.defaults
        self.defaults = find_defaults(self.mode, declared, self.backend.name)
        self.optimizer = own_optimizer(self.recipe, declared, self.defaults)
        layers = own_layers(self.architecture.shaped_layers, declared, self.defaults)
        self.layers = layers if ARITHMETIC in self.defaults else round_layers(layers)
        self.tuning = tuning
        passes = find_passes(tuning, self.backend.passes)
        pixels = self.recipe.normalization
        self.mean, self.std = (pixels.mean, pixels.std) if isinstance(pixels, Standardize) else (0.0, 1.0)
        self.training = TrainingState()
        self.frozen = frozen_layers(self.architecture, self.recipe.freeze)
        self.trained = trained_parameters(self.architecture, self.recipe.freeze)
        self.shard = shard
        self.device = own_device(resolve_device(self.backend.name, device, type(self).gpu_count), shard, self)
        self.recipe.check_output(self.architecture.name, self.architecture.output)
        self.recipe.check_data(self.architecture.input_shape[0], self.architecture.classes)
        reason = self.refuses(self.recipe.precision, self.device)
        if reason:
            raise BackendError(
                f"Backend {self.backend.name!r} on {self.device} refuses precision {self.recipe.precision}: {reason}."
            )
        if self.recipe.ema_decay is not None and type(self).swap_averages is ExperimentInterface.swap_averages:
            raise BackendError(
                f"Backend {self.backend.name!r} keeps no running averages of the weights, which recipe "
                f"{self.recipe.name!r} asks for by ema_decay: leave that out, or take another backend."
            )
        if self.frozen and not self.freezes:
            raise BackendError(
                f"Backend {self.backend.name!r} leaves no layers as they are, which recipe {self.recipe.name!r} asks "
                "for by freeze: leave that out, or take another backend."
            )
        self.execution = self._resolve(execution)
        self.threads = given_threads()
        batch = max(1, self.recipe.batch_size // shard.count)
        setting = Setting(batch, self.threads, self.device, self.execution)
        self.lowered = lower(self.layers, passes, setting)
        begin = perf_counter()
        self.build()
        if INITIALIZER not in self.defaults:
            self.restore(self._cast(initial_weights(self.architecture, seed)), None)
        if start is not None:
            _, weights = start_weights(user_path(start), self.architecture, self.weights())
            self.restore(self._cast(weights), None)
        self.training = self.training.spent(build=perf_counter() - begin)

    def __repr__(self) -> str:
        mode = "" if self.mode == "matched" else f", {self.mode}"
        mode += "" if self.tuning == "tuned" else f", {self.tuning}"
        done = f"epoch {self.epoch} of {self.recipe.epochs}"
        told = f"{self.architecture.name}, recipe {self.recipe.name}{mode}, seed {self.seed}, {self.device}, {done}"
        return f"<{type(self).__name__} {told}>"

    def fit(
        self,
        data: str | Path | Dataset | NormalizedData = "mnist",
        *,
        epochs: int | None = None,
        until: int | None = None,
        checkpoints: str | Path | HeldFolder | None = None,
        train_metrics: str = SAMPLE,
        keep_epochs: bool = False,
        stop: Callable[[], bool] = lambda: False,
        on_progress: Callable[[Progress], None] | None = None,
        on_epoch: Callable[[EpochResult], None] | None = None,
        on_steps: Callable[[Told], None] | None = None,
    ) -> list[EpochResult]:
        """Train until `epochs` epochs are done in all, and give a result for each epoch of this call.

        `epochs` is the length of the whole training, over which the schedule of the recipe is laid out: a network that
        has 3 epochs behind it, loaded from a checkpoint perhaps, is trained for 2 more by `epochs=5`. It takes the
        place of the recipe's number, which is the default. Where that many are done already nothing is trained, and a
        UserWarning says so.

        Options:
            data: "mnist", a path, a Dataset, or NormalizedData. Its test and validation images are evaluated after
                every epoch. Where it has none for validation, the recipe's `validation_split` sets some apart, but
                not of NormalizedData, which is taken as it is.
            epochs: how many epochs the training has, those that are done included.
            until: stop earlier, after that many epochs in all, and leave the recipe and its schedule as they are: the
                training can go on from there, in another backend too.
            checkpoints: a folder that gets a file after every epoch, of which the last two are kept; all of them with
                `keep_epochs`.
            train_metrics: on which training images loss and accuracy are measured after an epoch: "sample" (a fixed
                stratified sample of 10,000, and all after the last epoch: see `training.last_train`), "full" (all,
                which can take as long as half the training), "running" (the mean loss over the steps, and no
                accuracy), or "off".
            stop: is asked every half second or so: once it says True the training ends, in the middle of an epoch too,
                with a checkpoint from which `fit` goes on.
            on_progress: is called every half second or so.
            on_epoch: is called with the result of every epoch.
            on_steps: is called with the steps that are about to be taken, half a second's or so.

        Where the recipe has `patience`, the experiment is in the end what it was after the best epoch,
        `training.best_epoch`, and the test images are evaluated by that alone: see `training.last_test`.

        With 0 epochs in all nothing is trained, and the untrained network is evaluated: see `training.last_test`.
        Raises Diverged when a loss stops being finite, UsageError for a schedule or a patience that needs validation
        images where there are none.
        """
        check_arguments(Experiment.fit, data=data, epochs=epochs, until=until)
        if until is not None and until < 0:
            raise UsageError(f"until must be 0 or more (it is {until}).")
        if epochs is not None:
            self.recipe = msgspec.structs.replace(self.recipe, epochs=epochs).check()
        kind = check_train_metrics(train_metrics)
        arrays = self._arrays(data)
        self.recipe.check_validation(len(arrays.validation_labels))
        self.mean, self.std = arrays.mean, arrays.std
        loop = TrainingLoop(self, arrays, checkpoints, on_progress, stop, kind, keep_epochs, on_steps)
        end = min(self.recipe.epochs, self.recipe.epochs if until is None else until)
        if self.epoch >= max(end, 1) and not self.recipe.patience:
            self._warn_of_the_end(end)
        with closing(loop):
            return self._fit(loop, end, on_epoch)

    def _fit(self, loop: TrainingLoop, end: int, on_epoch: Callable[[EpochResult], None] | None) -> list[EpochResult]:
        history: list[EpochResult] = []
        if not self.recipe.epochs:
            loop.untrained()
        while self.epoch < end and not is_over(self.recipe, self.training.monitored):
            result = loop.epoch()
            if result is None:
                break
            history.append(result)
            if on_epoch:
                on_epoch(result)
        if self.epoch >= self.recipe.epochs or is_over(self.recipe, self.training.monitored):
            loop.take_best()
        return history

    def _warn_of_the_end(self, end: int) -> None:
        option = "until" if end < self.recipe.epochs else "epochs"
        done = f"{self.epoch} epoch{'s are' if self.epoch > 1 else ' is'}"
        warnings.warn(
            f"Nothing was trained: {done} done, and the training ends after {end}. {option} counts all epochs, not "
            f"those of one call: fit(..., {option}={self.epoch + 1}) trains one more.",
            stacklevel=3,
        )

    def _resolve(self, execution: str) -> str:
        if check_execution(execution) == "auto":
            return self.fastest_execution()
        if execution not in self.executions:
            valid = ", ".join(("auto", *self.executions))
            raise BackendError(f"Backend {self.backend.name!r} has no {execution} execution. Valid: {valid}.")
        return execution

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        device: str = "auto",
        execution: Execution = "auto",
        tuning: str = "tuned",
        partial: PartialEpoch | None = None,
        shard: Shard = WHOLE,
    ) -> Self:
        """The experiment of a checkpoint, whichever backend wrote it; `fit` goes on where that one stopped.

        `partial` is what is known of the epoch under way, of which the file has but the number of its steps: with it
        the result of that epoch has the losses of all steps. Raises UsageError for that of another checkpoint.
        """
        check_arguments(Experiment.load, path=path)
        header, weights, optimizer_state = read_checkpoint(user_path(path))
        partial = partial or PartialEpoch([math.nan] * header.epoch_steps)
        if len(partial.losses) != header.epoch_steps:
            raise UsageError(
                f"{path} was saved at step {header.epoch_steps} of an epoch, and the partial epoch is at step "
                f"{len(partial.losses)}. Give `training.partial` as it was when the checkpoint was saved."
            )
        experiment = cls(
            header.architecture,
            header.recipe,
            seed=header.seed,
            device=device,
            mode=header.mode,
            execution=execution,
            tuning=tuning,
            shard=shard,
        )
        experiment.mean, experiment.std = header.mean, header.std
        experiment.training = msgspec.structs.replace(
            experiment.training,
            **header.progress,
            partial=partial,
        )
        experiment.restore(experiment._cast(weights), experiment._cast(optimizer_state))
        return experiment
