"""How a fault is planted into the reference: each function gives a NumpyExperiment with one thing changed."""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import BatchNorm, Layer, map_layers
from mnist_compare.architecture.freezing import trained_parameters
from mnist_compare.experiment.checkpoint import ArrayDict
from mnist_compare.experiment.steps import Steps
from mnist_compare.randomness import Array, initial_weights
from mnist_compare.recipe import Optimizer
from mnist_compare.recipe.recipe import AVERAGE
from mnist_compare.recipe.schedules import Schedule
from mnist_compare_numpy.experiment import NumpyExperiment
from mnist_compare_numpy.layers import BatchNormModule, Module


def with_module(faulty: type[Module]) -> type[NumpyExperiment]:
    """A kind of layer is computed wrongly: `faulty` stands for the class of `layers` that it is made from."""

    class Planted(NumpyExperiment):
        def build(self) -> None:
            super().build()
            for module in self.modules.values():
                if type(module) in faulty.__mro__[1:-1]:
                    module.__class__ = faulty

    return Planted


def with_layer(kind: type[Layer], change: Callable[[Any], Layer]) -> type[NumpyExperiment]:
    """Layers of a kind have other constants."""

    class Planted(NumpyExperiment):
        def build(self) -> None:
            self.layers = map_layers(
                self.layers,
                lambda shaped: (
                    msgspec.structs.replace(shaped, layer=change(shaped.layer))
                    if isinstance(shaped.layer, kind)
                    else shaped
                ),
            )
            super().build()

    return Planted


def with_optimizer(kind: type[Optimizer], change: Callable[[Any], Optimizer]) -> type[NumpyExperiment]:
    """An optimizer has other constants."""

    class Planted(NumpyExperiment):
        def build(self) -> None:
            if isinstance(self.optimizer, kind):
                self.optimizer = change(self.optimizer)
            super().build()

    return Planted


def with_schedule(kind: type[Schedule], change: Callable[[Any], Schedule]) -> type[NumpyExperiment]:
    """A schedule has other constants."""

    class Planted(NumpyExperiment):
        def build(self) -> None:
            if isinstance(self.recipe.schedule, kind):
                self.recipe = msgspec.structs.replace(self.recipe, schedule=change(self.recipe.schedule))
            super().build()

    return Planted


def with_rule(faulty: Callable[..., Any]) -> type[NumpyExperiment]:
    """The update rule is another."""

    class Planted(NumpyExperiment):
        rule = staticmethod(faulty)

    return Planted


def with_steps(change: Callable[[Steps, Steps], Steps]) -> type[NumpyExperiment]:
    """`change` makes other steps of what is asked for and what was asked for before."""

    class Planted(NumpyExperiment):
        before: Steps | None = None

        def train(self, images: Any, targets: Any, steps: Steps) -> Array:
            before, self.before = self.before or steps, steps
            return super().train(images, targets, change(steps, before))

    return Planted


def with_loss(
    faulty: Callable[[NumpyExperiment, Array, NDArray[Any]], tuple[float, Array]],
) -> type[NumpyExperiment]:
    """Loss and gradient are another."""

    class Planted(NumpyExperiment):
        def _loss(self, outputs: Array, targets: NDArray[Any]) -> tuple[float, Array]:
            return faulty(self, outputs, targets)

    return Planted


class UnroundedOptimizer(NumpyExperiment):
    """Takes the optimizer's constants as they are written, in float64."""

    def build(self) -> None:
        self.optimizer = self.recipe.optimizer
        super().build()


class UnroundedLayers(NumpyExperiment):
    """Takes the constants of the layers as they are written, in float64."""

    def build(self) -> None:
        self.layers = self.architecture.shaped_layers
        super().build()


class UnroundedEpsilon(NumpyExperiment):
    """Takes the epsilon of batch norm as it is written, in float64."""

    def build(self) -> None:
        super().build()
        for shaped in self.architecture.all_layers:
            module = self.modules[shaped.name]
            if isinstance(module, BatchNormModule) and isinstance(shaped.layer, BatchNorm):
                module.layer = msgspec.structs.replace(module.layer, epsilon=shaped.layer.epsilon)


class RateInVelocity(NumpyExperiment):
    """Keras's SGD and RMSprop: v = momentum v - lr g; w += v. The slot is given in the canonical form, -v / lr."""

    rate: float | None = None

    def _update(self, learning_rate: float, step: int) -> None:
        before, self.rate = self.rate or learning_rate, learning_rate
        self.slots = {
            name: {slot: array * (before / learning_rate if slot == "momentum" else 1) for slot, array in slots.items()}
            for name, slots in self.slots.items()
        }
        super()._update(learning_rate, step)


class KeptGradients(NumpyExperiment):
    """Does not clear its gradients between steps."""

    def _update(self, learning_rate: float, step: int) -> None:
        kept: dict[str, dict[str, Any]] = getattr(self, "kept", {})
        for name, module in self.modules.items():
            module.gradients = {key: array + kept.get(name, {}).get(key, 0) for key, array in module.gradients.items()}
        self.kept = {name: dict(module.gradients) for name, module in self.modules.items()}
        super()._update(learning_rate, step)


class UntrainedBiases(NumpyExperiment):
    """Leaves the biases out of the training."""

    def _update(self, learning_rate: float, step: int) -> None:
        for module in self.modules.values():
            if "bias" in module.gradients:
                module.gradients["bias"] = np.zeros_like(module.gradients["bias"])
        super()._update(learning_rate, step)


class SwappedDecay(NumpyExperiment):
    """Takes the decay of the averages for the share of the new weight."""

    @staticmethod
    def _average(decay: float, average: Array, weight: Array) -> Array:
        return (1 - decay) * average + decay * weight


class AveragesFromZero(NumpyExperiment):
    """Begins the averages with zeros."""

    def restore(self, weights: ArrayDict, optimizer_state: ArrayDict | None) -> None:
        super().restore(weights, optimizer_state)
        if self.recipe.ema_decay is not None and not optimizer_state:
            zeros = {name: np.zeros_like(array) for name, array in weights.items()}
            self.slots = {name: slots | {AVERAGE: zeros[name]} for name, slots in self.slots.items()}


class AveragesFromFirstStep(NumpyExperiment):
    """Begins the averages with the weights of the first step, as Keras and PyTorch do."""

    def _update(self, learning_rate: float, step: int) -> None:
        super()._update(learning_rate, step)
        if self.recipe.ema_decay is not None and step == 1:
            weights = self.weights()
            self.slots = {name: slots | {AVERAGE: weights[name]} for name, slots in self.slots.items()}


class EvaluatedWeights(NumpyExperiment):
    """Evaluates the weights themselves where there are averages."""

    def swap_averages(self) -> None:
        pass


class FrozenNormByBatch(NumpyExperiment):
    """Normalizes by the batch in frozen batch norms, whose running statistics move."""

    def build(self) -> None:
        self.recipe = msgspec.structs.replace(self.recipe, frozen_norms="batch")
        super().build()


class FrozenTrained(NumpyExperiment):
    """Trains frozen layers, too."""

    def build(self) -> None:
        self.trained = dict(self.architecture.parameters)
        super().build()

    def optimizer_state(self) -> ArrayDict:
        kept = trained_parameters(self.architecture, self.recipe.freeze)
        return {name: array for name, array in super().optimizer_state().items() if name.rpartition(".")[0] in kept}


class DroppedBatch(NumpyExperiment):
    """Learns nothing from a batch that is smaller than the others."""

    def train(self, images: Any, targets: Any, steps: Steps) -> Array:
        weights, state = self.weights(), self.optimizer_state()
        losses = super().train(images, targets, steps)
        if steps.indices.shape[1] < self.recipe.batch_size:
            self.restore(weights, state)
        return losses


class ShiftedLabels(NumpyExperiment):
    """Gives every image its neighbour's label."""

    def train(self, images: Any, targets: Any, steps: Steps) -> Array:
        return super().train(images, np.roll(targets, 1, axis=0), steps)


class NormalizedTwice(NumpyExperiment):
    """Divides the pixels by 255 once more."""

    def to_device(self, array: NDArray[Any]) -> NDArray[Any]:
        return array / 255 if array.ndim == 4 else array


class OtherSeed(NumpyExperiment):
    """Starts from the weights of the next seed."""

    started = False

    def restore(self, weights: ArrayDict, optimizer_state: ArrayDict | None) -> None:
        first, self.started = not self.started, True
        super().restore(self.initial() if first else weights, optimizer_state)

    def initial(self) -> ArrayDict:
        """The weights to start from."""
        return self._cast(initial_weights(self.architecture, self.seed + 1))


class OtherInitializer(OtherSeed):
    """Starts from weights of Keras's own initializer."""

    def initial(self) -> ArrayDict:
        keras = msgspec.structs.replace(self.architecture, initializer="glorot_uniform")
        return self._cast(initial_weights(keras, self.seed))
