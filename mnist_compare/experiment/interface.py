"""What an experiment is to those who work with one: the seven members of a backend, and what follows from them."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import Architecture, Chain, Shape, walk
from mnist_compare.backend import Backend
from mnist_compare.data.augment import Transform
from mnist_compare.defaults import GENERATOR
from mnist_compare.errors import UsageError
from mnist_compare.experiment.checkpoint import ArrayDict, Header, require_replaceable, write_checkpoint
from mnist_compare.experiment.evaluation import Evaluation, evaluate_outputs
from mnist_compare.experiment.shard import WHOLE, Shard
from mnist_compare.experiment.steps import EpochPlan, Steps
from mnist_compare.experiment.training_state import TrainingState
from mnist_compare.io.files import make_folder
from mnist_compare.io.options import check_arguments
from mnist_compare.io.reading import user_path
from mnist_compare.lowering import Lowered
from mnist_compare.randomness import Array
from mnist_compare.recipe import Optimizer, Recipe
from mnist_compare.recipe.augmentations import Augmentation
from mnist_compare.recipe.mode import Mode
from mnist_compare.recipe.normalization import Statistic

EVALUATION_BATCH = {"cpu": 250, "gpu": 2000}
"""Images at a time, in each of the parts that go side by side: on a CPU, whose caches would not hold what a layer makes
of more, that takes up to three times as long; a GPU would idle with fewer."""


class ExperimentInterface(ABC):
    """One network and one recipe on one backend and device, with its weights and how far its training has come.

    `defaults` are the names of those that are the framework's own: none in matched mode. `layers` and `optimizer` have
    the constants of the network and the recipe rounded to float32 (as they were written where `arithmetic` is among the
    defaults), with the framework's own numbers where a default has some; `lowered` is what the passes of the `tuning`
    have made of the layers; `mean` and `std` are what pixels (0 to 1) are normalized with; `threads` are the CPU
    threads that the backend uses; `training` is how far the training has come, which the training loop alone replaces;
    `frozen` names the layers that are not trained, and `trained` are the arrays that are, with their shapes; `shard` is
    this process's part of every batch, where several train one network together, and `communication` are the seconds
    for which its training has waited for the gradients of the others (0 on a GPU, where that is not measured).
    """

    backend: ClassVar[Backend]
    executions: ClassVar[tuple[str, ...]] = ("eager",)
    """How the backend can train, the way that was measured to be fastest first: what `auto` means, unless
    `fastest_execution` says otherwise."""

    architecture: Architecture
    layers: Chain
    recipe: Recipe
    optimizer: Optimizer
    seed: int
    mode: Mode
    defaults: frozenset[str]
    tuning: str
    lowered: Lowered
    device: str
    execution: str
    threads: int
    mean: Statistic
    std: Statistic
    training: TrainingState
    frozen: frozenset[str]
    trained: dict[str, Shape]
    shard: Shard = WHOLE
    communication: float = 0.0
    freezes: ClassVar[bool] = False
    """Whether the backend can leave layers as they are: those of `frozen`."""

    # --- the seven members of a backend ---------------------------------------------------------------------

    @abstractmethod
    def build(self) -> None:
        """Make the framework's own modules and optimizer on `self.device`, from `self.layers` and `self.optimizer`.

        A backend that declares passes builds from `self.lowered` instead, which is what they have made of the layers.
        A backend that gains from fewer threads than it is given uses those, and says so in `self.threads`.
        """

    @abstractmethod
    def to_device(self, array: NDArray[Any]) -> Any:
        """The array on the device: images float [N, C, H, W], or targets int64 [N] or float [N, 1]. Can be sliced."""

    @abstractmethod
    def train(self, images: Any, targets: Any, steps: Steps) -> Array:
        """Take the steps, one optimizer update each, and give their losses [steps] once all is computed.

        With `steps.shares`, `self.shard.count` processes take them together, each with other images. The loss of each
        is its mean loss times its share; gradients are the sums over the processes, before they are clipped, and so are
        the losses that are given.
        """

    @abstractmethod
    def logits(self, images: Any) -> Array:
        """The network's outputs for images on the device, in evaluation mode: float [N, classes] or [N, 1]."""

    @abstractmethod
    def weights(self) -> ArrayDict:
        """Copies of all parameters and running statistics, in the canonical layout."""

    @abstractmethod
    def optimizer_state(self) -> ArrayDict:
        """Copies of the optimizer's slots, `<parameter>.<slot>`, in the canonical layout.

        Before the first step there are none, or zeros. Slots: `momentum` of SGD; `first_moment` and `second_moment` of
        Adam and AdamW. With averages of the weights there is `average` too: `swap_averages`.
        """

    @abstractmethod
    def restore(self, weights: ArrayDict, optimizer_state: ArrayDict | None) -> None:
        """Load weights, and the optimizer as it was after `self.step` steps (None: a fresh one).

        Both are in the canonical layout, as `weights()` and `optimizer_state()` give them: the core refuses other names
        and shapes before the backend is asked. Values in another order are of the same shape: `load_framework_weights`
        is for those of a framework.
        """

    # --- what a backend may add -----------------------------------------------------------------------------

    def fastest_execution(self) -> str:
        """What `auto` means on the device and with the defaults of this experiment, which are set when it is asked."""
        return self.executions[0]

    def own_transform(self, augmentation: Augmentation) -> Transform:
        """The framework's own transform for an augmentation that the backend's default `augmentation` takes."""
        raise NotImplementedError

    @classmethod
    def gpu_count(cls) -> int:
        """How many GPUs the framework can use here."""
        return 0

    @classmethod
    def refuses(cls, precision: str, device: str) -> str | None:
        """The reason why the backend cannot compute in `precision` on `device` (cpu or gpu:N), or None."""
        return None if precision != "bfloat16" else "it has no bfloat16"

    def device_memory_peak(self) -> int | None:
        """Largest GPU memory used by this process, in bytes; None where the device is no GPU."""
        return None

    def swap_averages(self) -> None:
        """Exchange each parameter with its running average, the slot `average`, where the recipe has `ema_decay`.

        A backend that can do that begins the averages with the parameters, brings them up to date after every step of
        the optimizer, and has them in `optimizer_state` and `restore`; restored without any, they are the parameters.
        """
        raise NotImplementedError

    # --- what follows from them -----------------------------------------------------------------------------

    def plan(self, images: int) -> EpochPlan:
        """The steps of the next epoch over that many images; raises UsageError where a batch cannot be normalized."""
        smallest = max(1, (images % self.recipe.batch_size or self.recipe.batch_size) // self.shard.count)
        for shaped in walk(self.layers):
            if shaped.layer.normalizes and smallest * math.prod(shaped.input_shape[1:]) == 1:
                shared = f" for one of {self.shard.count} processes" if self.shard.count > 1 else ""
                raise UsageError(
                    f"Layer {shaped.name} of {self.architecture.name!r} cannot normalize a batch of one image: with "
                    f"batch size {self.recipe.batch_size}, {images} images leave one over{shared}. Choose another "
                    "batch size."
                )
        masks = GENERATOR not in self.defaults
        first = self.step - len(self.training.partial.losses)
        return EpochPlan(
            self.architecture,
            self.recipe,
            self.seed,
            self.epoch,
            images,
            first=first,
            with_masks=masks,
            validation_losses=self.training.validation_losses,
        )

    @property
    def epoch(self) -> int:
        """How many epochs are done in all."""
        return self.training.epoch

    @property
    def step(self) -> int:
        """How many optimizer updates are done in all, those of the epoch under way included."""
        return self.training.step

    @property
    def passes(self) -> tuple[str, ...]:
        """The names of the passes that the network was built with: those that have changed something in it."""
        return self.lowered.passes

    @property
    def images_per_second(self) -> float | None:
        """Training speed, the first step left out; None before there is a second one."""
        seconds = self.training.seconds["training"]
        return self.training.images / seconds if seconds else None

    @property
    def dtype(self) -> type[np.floating]:
        """The type of weights and images: float64 in float64, else float32 (bfloat16 is the arithmetic's alone)."""
        return self.recipe.dtype

    @property
    def evaluation_batch(self) -> int:
        """How many images are evaluated at a time."""
        return EVALUATION_BATCH[self.device.partition(":")[0]] * self.lowered.parts

    def outputs(self, images: Any, count: int) -> Array:
        """The outputs for `count` images on the device, in batches."""
        batch = self.evaluation_batch
        return np.concatenate([self.logits(images[i : i + batch]) for i in range(0, count, batch)])

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Within it, the parameters are their running averages, where the recipe keeps some."""
        if self.recipe.ema_decay is None:
            yield
            return
        self.swap_averages()
        try:
            yield
        finally:
            self.swap_averages()

    def evaluated_weights(self) -> ArrayDict:
        """The weights that evaluation takes, as `weights()` gives them: with the averages, where there are some."""
        with self.averaged():
            return self.weights()

    def evaluated_outputs(self, images: Any, count: int) -> Array:
        """The outputs by these weights for `count` images on the device, in batches."""
        with self.averaged():
            return self.outputs(images, count)

    def evaluate_on_device(self, images: Any, labels: NDArray[np.int64], *, keep: bool = False) -> Evaluation:
        """All metrics for images on the device and their labels [N]; `keep` keeps every prediction too."""
        return self.evaluation_of(self.evaluated_outputs(images, len(labels)), labels, keep=keep)

    def evaluation_of(self, outputs: Array, labels: NDArray[np.int64], *, keep: bool = False) -> Evaluation:
        """All metrics of outputs for images with these labels [N]; `keep` keeps every prediction too."""
        return evaluate_outputs(outputs, labels, self.recipe.loss, self.architecture.classes, keep=keep)

    def targets(self, labels: NDArray[np.int64]) -> NDArray[Any]:
        """What the loss compares outputs with: int64 [N], or float [N, 1] of a regression."""
        return labels if self.recipe.loss == "cross_entropy" else labels.astype(self.dtype)[:, None]

    def save(self, path: str | Path) -> str:
        """Write weights, optimizer state and specification to a safetensors file; gives its SHA-256.

        A checkpoint that is there is replaced. Raises OutputError for any other file, which stays as it is.
        """
        check_arguments(ExperimentInterface.save, path=path)
        path = user_path(path)
        require_replaceable(path)
        make_folder(path.parent, f"the checkpoint {path}")
        return self.write_checkpoint(path)

    def write_checkpoint(self, path: Path) -> str:
        """The same in a folder that is there, and in the place of whatever the file is: for a run's own checkpoints."""
        header = Header(
            architecture=self.architecture,
            recipe=self.recipe,
            backend=self.backend.name,
            mode=self.mode,
            seed=self.seed,
            epoch=self.epoch,
            step=self.step,
            mean=self.mean,
            std=self.std,
            epoch_steps=len(self.training.partial.losses),
            validation_losses=self.training.validation_losses,
            monitored=self.training.monitored,
        )
        # Before the first step averages are weights, and a framework's own optimizer may have no slots yet.
        fresh = not self.step and self.recipe.ema_decay is not None
        return write_checkpoint(path, header, self.weights(), {} if fresh else self.optimizer_state())

    def _cast(self, arrays: Any) -> ArrayDict:
        return {name: np.asarray(array, dtype=self.dtype) for name, array in arrays.items()}
