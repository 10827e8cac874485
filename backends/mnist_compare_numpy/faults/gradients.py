"""Faults of clipping, label smoothing and class weights."""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.certify.fault import Fault
from mnist_compare.randomness import Array
from mnist_compare_numpy.experiment import NumpyExperiment

change = msgspec.structs.replace


class NotClipped(NumpyExperiment):
    """Takes the gradients as they are."""

    def _clip(self) -> None:
        return


class NormWithEpsilon(NumpyExperiment):
    """torch's clip_grad_norm_: 1e-6 is added to the norm."""

    def _clip(self) -> None:
        limit, recipe = self.recipe.clip_norm, self.recipe
        self.recipe = change(recipe, clip_norm=None)
        super()._clip()
        self.recipe = recipe
        arrays = [array for module in self.modules.values() for array in module.gradients.values()]
        scale = min(1.0, (limit or np.inf) / (np.sqrt(sum(np.sum(array**2) for array in arrays)) + 1e-6))
        for module in self.modules.values():
            module.gradients = {key: array * scale for key, array in module.gradients.items()}


class NormOfEach(NumpyExperiment):
    """Keras's clipnorm: the norm of each array by itself."""

    def _clip(self) -> None:
        limit, recipe = self.recipe.clip_norm or np.inf, self.recipe
        self.recipe = change(recipe, clip_norm=None)
        super()._clip()
        self.recipe = recipe
        for module in self.modules.values():
            module.gradients = {
                key: array * min(1.0, limit / max(float(np.linalg.norm(array)), 1e-300))
                for key, array in module.gradients.items()
            }


class NotSmoothed(NumpyExperiment):
    """Takes the labels as they are."""

    def build(self) -> None:
        self.recipe = change(self.recipe, label_smoothing=0.0)
        super().build()


class SmoothedOverOthers(NumpyExperiment):
    """Spreads the share of the label over the other classes, and leaves its own without."""

    def build(self) -> None:
        self.recipe = change(self.recipe, label_smoothing=self.recipe.label_smoothing * 10 / 9)
        super().build()


class UnweightedMean(NumpyExperiment):
    """Keras's class_weight: the weighted losses are divided by the number of images."""

    def _weighted_loss(self, outputs: Array, targets: NDArray[Any]) -> tuple[float, Array]:
        loss, gradient = super()._weighted_loss(outputs, targets)
        share = float(np.mean([self.recipe.class_weights[target] for target in targets]))
        return loss * share, gradient * share


class UnmixedLabels(NumpyExperiment):
    """Takes the label of the larger share of a mixed image for all of it."""

    def _mixed_loss(self, outputs: Array, shares: Array) -> tuple[float, Array]:
        return super()._mixed_loss(outputs, np.eye(shares.shape[1])[shares.argmax(axis=1)])


class SmoothedTwice(NumpyExperiment):
    """Smoothes shares of classes that are smoothed already, as a framework's own loss would."""

    def _mixed_loss(self, outputs: Array, shares: Array) -> tuple[float, Array]:
        smoothing = self.recipe.label_smoothing
        return super()._mixed_loss(outputs, (1 - smoothing) * shares + smoothing / shares.shape[1])


class MixedTheOtherWay(NumpyExperiment):
    """Mixes labels with those of the image behind, where images are mixed with the one before."""

    def _mixed_loss(self, outputs: Array, shares: Array) -> tuple[float, Array]:
        return super()._mixed_loss(outputs, np.roll(shares, -1, axis=0))


GRADIENT_FAULTS: tuple[Fault, ...] = (
    Fault("gradients not clipped", "clipping", "clipped", NotClipped),
    Fault("clipping: 1e-6 added to the norm", "clipping", "clipped", NormWithEpsilon),
    Fault("clipping: norm of each array", "clipping", "clipped", NormOfEach),
    Fault("labels not smoothed", "label smoothing", "weighted", NotSmoothed),
    Fault("label smoothing over the other classes", "label smoothing", "weighted", SmoothedOverOthers),
    Fault("labels of mixed images not mixed", "mixed labels", "mixed", UnmixedLabels),
    Fault("mixed labels smoothed twice", "mixed labels", "mixed", SmoothedTwice),
    Fault("mixed labels of the image behind", "mixed labels", "mixed", MixedTheOtherWay),
    Fault("class weights: divided by the images", "class weights", "weighted", UnweightedMean),
)
