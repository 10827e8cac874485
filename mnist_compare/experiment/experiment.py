"""Experiment: one network and one recipe on one backend and device.

A backend implements the seven abstract members; all else (the plan of an epoch, timing, evaluation,
prediction, checkpoints) is shared here, so that every framework is treated alike.
"""

import math
import warnings
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import Architecture
from mnist_compare.architecture.documented import default_recipe, find_architecture
from mnist_compare.architecture.rounding import round_layer
from mnist_compare.data import Dataset, NormalizedData, load_dataset, normalize, normalize_images
from mnist_compare.errors import BackendError, DataError, UsageError
from mnist_compare.experiment.checkpoint import read_checkpoint
from mnist_compare.experiment.device import resolve_device
from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.experiment.evaluation import Evaluation, predict_digits, probabilities
from mnist_compare.experiment.framework_model import PlainNetwork
from mnist_compare.experiment.interface import ExperimentInterface
from mnist_compare.experiment.loop import Progress, TrainingLoop
from mnist_compare.experiment.misfits import checked
from mnist_compare.experiment.prediction import Prediction
from mnist_compare.experiment.training_state import PartialEpoch, TrainingState
from mnist_compare.host.environment import given_threads
from mnist_compare.io.files import HeldFolder
from mnist_compare.io.float32 import round_constants
from mnist_compare.io.options import check_seed, check_types
from mnist_compare.randomness import initial_weights
from mnist_compare.recipe import Recipe, find_recipe
from mnist_compare.recipe.mode import Execution, Mode, check_execution, check_mode

ARGUMENTS = {
    "architecture": str | Path | Architecture,
    "recipe": str | Path | Recipe | None,
    "seed": int,
    **dict.fromkeys(("device", "mode", "execution"), str),
}


class Experiment(ExperimentInterface):
    """Train, evaluate, predict, save and load one network on one backend.

    This is what TorchExperiment, KerasExperiment, PaddleExperiment and NumpyExperiment, each in the package of its
    backend, have in common. One process takes one framework: importing TensorFlow before Paddle crashes.

    Options:
        architecture: a name, the path of a TOML file, or an Architecture.
        recipe: a name, the path of a TOML file, or a Recipe. Default: the one documented for the network.
        seed: of weights, batches and dropout, from 0 to 2^63 - 1.
        device: "auto", "cpu", "gpu" or "gpu:N".
        mode: "matched" or "native".
        execution: "eager" (step by step, as written), "compiled" (steps as graphs of the framework), or "auto": the
            faster one.

    In `matched` mode initial weights, dropout masks and all semantics are those of the core, the same in every
    backend. In `native` mode they are the framework's own: its initializers, its defaults for what network and
    recipe leave at theirs, its optimizer classes, its dropout; data, batch order and learning rates stay shared.

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

    plain: ClassVar[type[PlainNetwork] | None] = None
    """How the framework's users write the network, where the backend has that to give."""

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
    ) -> None:
        seed = seed.item() if isinstance(seed, np.integer) else seed
        given = {"architecture": architecture, "recipe": recipe, "seed": seed}
        check_types(given | {"device": device, "mode": mode, "execution": execution}, ARGUMENTS)
        if isinstance(architecture, str | Path):
            architecture = find_architecture(str(architecture))
        self.architecture = architecture
        self.layers = tuple(round_layer(shaped) for shaped in self.architecture.shaped_layers)
        check_seed(seed)
        found = (
            find_recipe(str(recipe)) if isinstance(recipe, str | Path) else recipe or default_recipe(self.architecture)
        )
        self.recipe = found.check()
        self.optimizer = round_constants(self.recipe.optimizer)
        self.seed = seed
        self.mode = check_mode(mode)
        self.mean, self.std = 0.0, 1.0
        self.training = TrainingState()
        self.device = resolve_device(self.backend.name, device, type(self).gpu_count)
        self.recipe.check_output(self.architecture.name, self.architecture.output)
        reason = self.refuses(self.recipe.precision, self.device)
        if reason:
            raise BackendError(
                f"Backend {self.backend.name!r} on {self.device} refuses precision {self.recipe.precision}: {reason}."
            )
        self.execution = self._resolve(execution)
        self.threads = given_threads()
        begin = perf_counter()
        self.build()
        if self.mode == "matched":
            self.restore(self._cast(initial_weights(self.architecture, seed)), None)
        self.training = self.training.spent(build=perf_counter() - begin)

    def __repr__(self) -> str:
        mode = "" if self.mode == "matched" else f", {self.mode}"
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
        stop: Callable[[], bool] = lambda: False,
        on_progress: Callable[[Progress], None] | None = None,
        on_epoch: Callable[[EpochResult], None] | None = None,
    ) -> list[EpochResult]:
        """Train until `epochs` epochs are done in all, and give a result for each epoch of this call.

        `epochs` is the length of the whole training, over which the schedule of the recipe is laid out: a network that
        has 3 epochs behind it, loaded from a checkpoint perhaps, is trained for 2 more by `epochs=5`. It takes the
        place of the recipe's number, which is the default. Where that many are done already nothing is trained, and a
        UserWarning says so.

        Options:
            data: "mnist", a path, a Dataset, or NormalizedData. All of its parts are evaluated after every epoch.
            epochs: how many epochs the training has, those that are done included.
            until: stop earlier, after that many epochs in all, and leave the recipe and its schedule as they are: the
                training can go on from there, in another backend too.
            checkpoints: a folder that gets a file after every epoch, of which the last two are kept.
            stop: is asked every half second or so: once it says True the training ends, in the middle of an epoch too,
                with a checkpoint from which `fit` goes on.
            on_progress: is called every half second or so.
            on_epoch: is called with the result of every epoch.

        With 0 epochs in all nothing is trained, and the untrained network is evaluated: see `training.last_test`.
        Raises Diverged when a loss stops being finite.
        """
        if epochs is not None:
            self.recipe = msgspec.structs.replace(self.recipe, epochs=epochs).check()
        arrays = self._arrays(data)
        self.mean, self.std = arrays.mean, arrays.std
        loop = TrainingLoop(self, arrays, checkpoints, on_progress, stop)
        history: list[EpochResult] = []
        end = min(self.recipe.epochs, self.recipe.epochs if until is None else until)
        if self.epoch >= max(end, 1):
            self._warn_of_the_end(end)
        if not self.recipe.epochs:
            loop.untrained()
        while self.epoch < end:
            result = loop.epoch()
            if result is None:
                break
            history.append(result)
            if on_epoch:
                on_epoch(result)
        return history

    def _warn_of_the_end(self, end: int) -> None:
        option = "until" if end < self.recipe.epochs else "epochs"
        done = f"{self.epoch} epoch{'s are' if self.epoch > 1 else ' is'}"
        warnings.warn(
            f"Nothing was trained: {done} done, and the training ends after {end}. {option} counts all epochs, not "
            f"those of one call: fit(..., {option}={self.epoch + 1}) trains one more.",
            stacklevel=3,
        )

    def evaluate(self, data: str | Path | Dataset | NormalizedData = "mnist", split: str = "test") -> Evaluation:
        """Loss, accuracy and confusion over the train, validation or test images of a data set."""
        if split not in ("train", "validation", "test"):
            raise UsageError(f"Unknown split {split!r}. Valid: train, validation, test.")
        # Once it is trained, the network goes with the normalization of its training.
        arrays = self._arrays(data, (self.mean, self.std) if self._normalizes() else None)
        labels = getattr(arrays, f"{split}_labels")
        if not len(labels):
            raise DataError(f"The data set has no {split} images. Split some off with subset(data, validation=N).")
        return self.evaluate_on_device(self.to_device(getattr(arrays, f"{split}_images")), labels)

    def predict(self, images: NDArray[np.uint8]) -> Prediction:
        """Digits for images uint8 [N, 28, 28] (or one [28, 28]): 0 background to 255 foreground."""
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.shape[-2:] != (28, 28) or images.ndim not in (2, 3) or not images.size:
            raise DataError(f"predict takes uint8 images of 28x28, but got {images.dtype} {list(images.shape)}.")
        if self.recipe.normalization == "standard" and not self._normalizes():
            raise UsageError(
                f"What the pixels for {self.architecture.name!r} are normalized with is not known before a training. "
                "Set the experiment's mean and std, in units of pixel / 255."
            )
        pixels = normalize_images(images.reshape(-1, 28, 28), self.mean, self.std, self.dtype)
        outputs = self.outputs(self.to_device(pixels), len(pixels))
        logits = self.architecture.output == "logits"
        return Prediction(
            outputs, predict_digits(outputs, self.recipe.loss), probabilities(outputs) if logits else None
        )

    def framework_model(self) -> Any:
        """The network as users of the framework write it, with the weights as they are now: a model of its own.

        It is made of the framework's stock layers under the names of this network's (`conv1`, `relu1`, ...), with the
        weights and running statistics in the framework's own order, and lies on the experiment's device:

        - torch: an `nn.Sequential` in evaluation mode, for images [N, 1, 28, 28]
        - keras: a `keras.Sequential`, for images [N, 28, 28, 1]
        - paddle: a `paddle.nn.Sequential` in evaluation mode, for images [N, 1, 28, 28]

        Images are floats, (pixel / 255 - experiment.mean) / experiment.std; outputs are those of the experiment, float
        [N, 10] or [N, 1]. Nothing of this package is in it: the framework saves, loads and trains it, elsewhere too. It
        is a copy: what is done with it does not change the experiment, nor the other way round. When it is trained,
        batch norm and dropout are the framework's own: torch then keeps the unbiased running variance.

            model = TorchExperiment.load("cnn.safetensors").framework_model()
            torch.save(model.state_dict(), "cnn.pt")

        Raises BackendError where the backend has no such model.
        """
        return self._plain_network().model(self.weights())

    def load_framework_weights(self, weights: Any) -> None:
        """Take the weights and running statistics of a model that is built as `framework_model` builds it.

        `weights` is that model, or what the framework keeps of it: in torch an `nn.Module` or a `state_dict`, in keras
        a model, in paddle an `nn.Layer` or a `state_dict`. No file is opened here: the framework loads it first.

            model.load_state_dict(torch.load("cnn.pt", weights_only=True))
            experiment.load_framework_weights(model)

        The experiment then stands where a new one stands, with these weights to begin with: no epoch and no step is
        done, and the optimizer is fresh. `mean` and `std`, which pixels are normalized with, stay. Raises UsageError,
        and changes nothing, where a name is missing or not expected, or a shape is another: all are listed. What
        the layers of the model compute cannot be seen from its weights. Raises BackendError as `framework_model`.
        """
        canonical = self._plain_network().canonical(weights)
        self.training = TrainingState(seconds=self.training.seconds, images=self.training.images)
        self.restore(canonical, None)

    def _plain_network(self) -> PlainNetwork:
        if self.plain is None:
            raise BackendError(
                f"Backend {self.backend.name!r} has no model of a framework to give or to take. "
                "A checkpoint of it, by save(), loads in every other backend."
            )
        return self.plain(self)

    def _normalizes(self) -> bool:
        """Whether there are mean and standard deviation of a training: a network goes with those."""
        return (self.mean, self.std) != (0.0, 1.0)

    def _resolve(self, execution: str) -> str:
        if check_execution(execution) == "auto":
            return self.executions[0]
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
        partial: PartialEpoch | None = None,
    ) -> Self:
        """The experiment of a checkpoint, whichever backend wrote it; `fit` goes on where that one stopped.

        `partial` is what is known of the epoch under way, of which the file has but the number of its steps.
        """
        header, weights, optimizer_state = read_checkpoint(Path(path))
        experiment = cls(
            header.architecture, header.recipe, seed=header.seed, device=device, mode=header.mode, execution=execution
        )
        experiment.mean, experiment.std = header.mean, header.std
        experiment.training = msgspec.structs.replace(
            experiment.training,
            epoch=header.epoch,
            step=header.step,
            partial=partial or PartialEpoch([math.nan] * header.epoch_steps),
        )
        experiment.restore(experiment._cast(weights), experiment._cast(optimizer_state))
        return experiment

    def _arrays(
        self, data: str | Path | Dataset | NormalizedData, statistics: tuple[float, float] | None = None
    ) -> NormalizedData:
        if isinstance(data, NormalizedData):
            return data
        dataset = load_dataset(data) if isinstance(data, str | Path) else data
        return normalize(dataset, self.recipe.normalization, self.dtype, statistics)
