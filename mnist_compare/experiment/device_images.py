"""The images of one part of the data on the device: all of them, or those alone that are asked for."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data import release_pages
from mnist_compare.data.normalize import NormalizedPixels
from mnist_compare.experiment.augmenting import AugmentedImages, Batch, ImagesAhead
from mnist_compare.experiment.evaluation import Evaluation
from mnist_compare.experiment.interface import ExperimentInterface
from mnist_compare.experiment.steps import Steps
from mnist_compare.randomness import Array

PIECE_BYTES = 64 * 2**20
"""So much of normalized images is on the device at a time, where not all are."""


class DeviceImages:
    """Images float [N, C, H, W] with their labels [N], where they are to be trained on.

    NormalizedPixels are more than should be on the device, and augmented images are others in every epoch: `most` is
    how many are there at a time.
    """

    def __init__(
        self,
        experiment: ExperimentInterface,
        images: NDArray[Any] | NormalizedPixels,
        labels: NDArray[np.int64] | None = None,
    ) -> None:
        self._experiment, self._images, self._count = experiment, images, len(images)
        self._targets = None if labels is None else experiment.targets(labels)
        recipe = experiment.recipe
        weighted = labels is not None and bool(recipe.class_weights) and not recipe.mixes
        self._weights = np.array(recipe.class_weights)[labels] if weighted else None
        self.most: int | None = None
        self.ahead: ImagesAhead | None = None
        augmented = labels is not None and bool(experiment.recipe.augmentation)
        if augmented or isinstance(images, NormalizedPixels):
            self.most = max(1, PIECE_BYTES // (int(np.prod(images.shape[1:])) * images.dtype.itemsize))
        if augmented and labels is not None:
            made = AugmentedImages(experiment, images, labels)
            self.ahead = ImagesAhead(experiment, made, self._count, self.most or 1)
        if self.most is None and not isinstance(images, NormalizedPixels):
            self._all = experiment.to_device(images)
            self._all_targets = None if self._targets is None else experiment.to_device(self._targets)
            release_pages(images)

    def gather(self, steps: Steps) -> Batch | None:
        """The images and targets of the steps, which the training waits for; None where all are on the device."""
        if self.most is None or self._targets is None:
            return None
        if self.ahead:
            return self.ahead.take(steps)
        wanted = steps.indices.ravel()
        found = self._images[wanted], self._targets[wanted]
        release_pages(self._images)
        return found

    def put(self, gathered: Batch | None, steps: Steps) -> tuple[Any, Any, Steps]:
        """What `train` takes for the steps: images and targets on the device, and the steps, numbered as they lie
        there, with this process's part of every batch.
        """
        shard, weights = self._experiment.shard, None if self._weights is None else self._weights[steps.indices]
        if gathered is None:
            return self._all, self._all_targets, shard.cut(steps, weights)
        images, targets = map(self._experiment.to_device, gathered)
        return images, targets, shard.cut(steps.in_a_row(), weights)

    def close(self) -> None:
        """End the threads that make images ahead."""
        if self.ahead:
            self.ahead.close()

    def outputs(self) -> Array:
        """Those of the network for all images, in evaluation mode."""
        found = [self._experiment.evaluated_outputs(images, count) for images, count in self._pieces()]
        return found[0] if len(found) == 1 else np.concatenate(found)

    def evaluate(self, labels: NDArray[np.int64], *, keep: bool = False) -> Evaluation:
        """All metrics of the network, with the labels [N] of the images; `keep` keeps every prediction too."""
        return self._experiment.evaluation_of(self.outputs(), labels, keep=keep)

    def _pieces(self) -> Iterator[tuple[Any, int]]:
        if self.most is None:
            yield self._all, self._count
            return
        batch = self._experiment.evaluation_batch
        piece = max(batch, self.most // batch * batch)  # whole batches, which round as they do where all are there
        for start in range(0, self._count, piece):
            images = self._images[start : start + piece]
            yield self._experiment.to_device(images), len(images)
            release_pages(self._images)
