"""NumpyExperiment: training written out, to be read. It is the arbiter, not a contestant."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.errors import BackendError
from mnist_compare.experiment import Experiment
from mnist_compare.experiment.checkpoint import ArrayDict
from mnist_compare.experiment.steps import Steps
from mnist_compare.randomness import Array
from mnist_compare.recipe.recipe import AVERAGE
from mnist_compare_numpy.backend import BACKEND
from mnist_compare_numpy.layers import AuxiliaryModule, make_sequence
from mnist_compare_numpy.layers.normalization import BatchNormModule
from mnist_compare_numpy.optimizers import Slots, update

LOGITS_BATCH = 50  # the rows of all windows of alexnet's second layer take 80 MB for 50 images in float64


class NumpyExperiment(Experiment):
    """The reference backend."""

    backend = BACKEND
    rule = staticmethod(update)
    freezes = True

    def build(self) -> None:
        if self.mode == "native":
            raise BackendError("The NumPy reference has no defaults of its own, so it has no native mode.")
        self.network = make_sequence(self.layers)
        self.modules = self.network.all_modules
        self.heads = [module for module in self.modules.values() if isinstance(module, AuxiliaryModule)]
        self.slots: dict[str, Slots] = {}
        for name in self.frozen if self.recipe.frozen_norms == "running" else ():
            if isinstance(module := self.modules[name], BatchNormModule):
                module.still = True

    def to_device(self, array: NDArray[Any]) -> NDArray[Any]:
        return array

    def train(self, images: Any, targets: Any, steps: Steps) -> Array:
        losses = np.empty(len(steps))
        for i, batch in enumerate(steps.indices):
            for name, masks in steps.masks.items():
                self.modules[name].factors = masks[i]
            outputs = self.network.forward(images[batch], training=True)
            losses[i], gradient = self._loss(outputs, targets[batch])
            for head in self.heads:
                loss, back = self._loss(head.output, targets[batch])
                losses[i] += head.weight * loss
                head.output_gradient = head.weight * back
            self.network.backward(gradient)
            self._update(float(steps.learning_rates[i]), steps.first + i + 1)
        return losses

    def logits(self, images: Any) -> Array:
        batches = (images[i : i + LOGITS_BATCH] for i in range(0, len(images), LOGITS_BATCH))
        return np.concatenate([self.network.forward(batch, training=False) for batch in batches])

    def weights(self) -> ArrayDict:
        return {f"{name}.{key}": array.copy() for name, m in self.modules.items() for key, array in m.arrays.items()}

    def optimizer_state(self) -> ArrayDict:
        return {f"{name}.{slot}": array.copy() for name, slots in self.slots.items() for slot, array in slots.items()}

    def restore(self, weights: ArrayDict, optimizer_state: ArrayDict | None) -> None:
        for name, array in weights.items():
            layer, _, key = name.rpartition(".")
            self.modules[layer].arrays[key] = array.copy()
        state, first = optimizer_state or {}, self.optimizer.first_values
        self.slots = {
            name: {
                slot: state.get(f"{name}.{slot}", np.full_like(weights[name], first.get(slot, 0.0))).copy()
                for slot in self.optimizer.slots
            }
            for name in self.trained
        }
        for name, slots in self.slots.items() if self.recipe.ema_decay is not None else ():
            slots[AVERAGE] = state.get(f"{name}.{AVERAGE}", weights[name]).copy()

    def swap_averages(self) -> None:
        for name, slots in self.slots.items():
            layer, _, key = name.rpartition(".")
            arrays = self.modules[layer].arrays
            arrays[key], slots[AVERAGE] = slots[AVERAGE], arrays[key]

    def _loss(self, outputs: Array, targets: NDArray[Any]) -> tuple[float, Array]:
        if self.recipe.loss == "mean_squared_error":
            difference = outputs - targets
            return float(np.mean(difference**2)), 2 * difference / difference.size
        if self.recipe.mixes:
            return self._mixed_loss(outputs, targets)
        if self.recipe.label_smoothing or self.recipe.class_weights:
            return self._weighted_loss(outputs, targets)
        shifted = outputs - outputs.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        rows = np.arange(len(targets))
        gradient = np.exp(shifted - log_sum)
        gradient[rows, targets] -= 1
        return float(np.mean(log_sum[:, 0] - shifted[rows, targets])), gradient / len(targets)

    def _mixed_loss(self, outputs: Array, shares: Array) -> tuple[float, Array]:
        """Cross-entropy against shares of classes [N, classes], which are 1 in all."""
        shifted = outputs - outputs.max(axis=1, keepdims=True)
        logarithms = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return float(-(shares * logarithms).sum() / len(shares)), (np.exp(logarithms) - shares) / len(shares)

    def _weighted_loss(self, outputs: Array, targets: NDArray[Any]) -> tuple[float, Array]:
        """Cross-entropy against smoothed labels, its mean weighted by the class of each image."""
        smoothing, classes = self.recipe.label_smoothing, outputs.shape[1]
        weights = np.array(self.recipe.class_weights or np.ones(classes))
        shifted = outputs - outputs.max(axis=1, keepdims=True)
        logarithms = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        wanted = np.full(outputs.shape, smoothing / classes)
        wanted[np.arange(len(targets)), targets] += 1 - smoothing
        wanted *= weights
        total = weights[targets].sum()
        gradient = np.exp(logarithms) * wanted.sum(axis=1, keepdims=True) - wanted
        return float(-(wanted * logarithms).sum() / total), gradient / total

    def _clip(self) -> None:
        """Bring the gradients within the limits of the recipe."""
        most, norm = self.recipe.clip_value, self.recipe.clip_norm
        places = [
            (self.modules[layer].gradients, key) for layer, _, key in (name.rpartition(".") for name in self.trained)
        ]
        if most is not None:
            for gradients, key in places:
                gradients[key] = np.clip(gradients[key], -most, most)
        if norm is not None:
            found = np.sqrt(sum(np.sum(gradients[key] ** 2) for gradients, key in places))
            for gradients, key in places if found > norm else ():
                gradients[key] = gradients[key] * (norm / found)

    def _update(self, learning_rate: float, step: int) -> None:
        self._clip()
        for name in self.trained:
            layer, _, key = name.rpartition(".")
            module, before = self.modules[layer], self.slots[name]
            module.arrays[key], self.slots[name] = self.rule(
                self.optimizer, module.arrays[key], module.gradients[key], before, learning_rate, step
            )
            if self.recipe.ema_decay is not None:
                average = self._average(self.recipe.ema_decay, before[AVERAGE], module.arrays[key])
                self.slots[name] = self.slots[name] | {AVERAGE: average}

    @staticmethod
    def _average(decay: float, average: Array, weight: Array) -> Array:
        return decay * average + (1 - decay) * weight
