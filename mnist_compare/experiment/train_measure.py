"""Loss and accuracy on the training images after an epoch, as `fit` was told to measure them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data import release_pages, stratified
from mnist_compare.data.normalize import NormalizedPixels
from mnist_compare.experiment.device_images import DeviceImages
from mnist_compare.experiment.evaluation import Evaluation
from mnist_compare.experiment.interface import ExperimentInterface
from mnist_compare.experiment.train_metrics import FULL, SAMPLE, SAMPLE_SEED, SAMPLE_SIZE, TrainMetrics


class TrainMeasure:
    """Measures one experiment on its training images after each epoch: `images` on the device, `pixels` in memory.

    The sample is copied once. It is the same in every backend, and in every run with these images.
    """

    def __init__(
        self,
        experiment: ExperimentInterface,
        kind: TrainMetrics,
        images: DeviceImages,
        pixels: NDArray[Any] | NormalizedPixels,
        labels: NDArray[np.int64],
    ) -> None:
        self._experiment, self._kind, self._images, self._labels = experiment, kind, images, labels
        self._sample: NDArray[np.int64] | None = None
        if kind == SAMPLE and len(labels) > SAMPLE_SIZE and experiment.recipe.epochs > 1:
            self._sample = stratified(labels, SAMPLE_SIZE, SAMPLE_SEED, "train metrics")
            self._sampled = experiment.to_device(pixels[self._sample])
            release_pages(pixels)

    def measure(self, *, last: bool) -> tuple[Evaluation | None, Evaluation | None]:
        """What the epoch's result tells, and the evaluation of all images where that was made: after the last epoch."""
        if self._kind not in (SAMPLE, FULL):
            return None, None
        experiment, labels = self._experiment, self._labels
        if self._sample is None:
            whole = self._images.evaluate(labels)
            return whole, whole
        if not last:
            return experiment.evaluate_on_device(self._sampled, labels[self._sample]), None
        outputs = self._images.outputs()
        return experiment.evaluation_of(outputs[self._sample], labels[self._sample]), experiment.evaluation_of(
            outputs, labels
        )
