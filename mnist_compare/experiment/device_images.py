"""The images of one part of the data on the device: all of them, or those alone that are asked for."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from mnist_compare.data import release_pages
from mnist_compare.data.normalize import NormalizedPixels
from mnist_compare.experiment.evaluation import Evaluation
from mnist_compare.experiment.interface import ExperimentInterface
from mnist_compare.experiment.steps import Steps
from mnist_compare.randomness import Array

PIECE_BYTES = 64 * 2**20
"""So much of normalized images is on the device at a time, where not all are."""


class DeviceImages:
    """Images float [N, C, H, W] with their targets [N] or [N, 1], where they are to be trained on.

    NormalizedPixels are more than should be on the device: `most` is how many of them are, at a time.
    """

    def __init__(
        self,
        experiment: ExperimentInterface,
        images: NDArray[Any] | NormalizedPixels,
        targets: NDArray[Any] | None = None,
    ) -> None:
        self._experiment, self._count, self._targets = experiment, len(images), targets
        self._pixels = images if isinstance(images, NormalizedPixels) else None
        self.most: int | None = None
        if isinstance(images, NormalizedPixels):
            self.most = max(1, PIECE_BYTES // (int(np.prod(images.shape[1:])) * images.dtype.itemsize))
            return
        self._all = experiment.to_device(images)
        release_pages(images)
        self._all_targets = None if targets is None else experiment.to_device(targets)

    def prepare(self, steps: Steps) -> Callable[[], Array]:
        """Put the images of the steps on the device. What is given takes the steps, and gives their losses."""
        experiment = self._experiment
        if self._pixels is None or self._targets is None:
            return lambda: experiment.train(self._all, self._all_targets, steps)
        wanted = steps.indices.ravel()
        images = experiment.to_device(self._pixels[wanted])
        targets = experiment.to_device(self._targets[wanted])
        release_pages(self._pixels)
        renumbered = replace(steps, indices=np.arange(len(wanted)).reshape(steps.indices.shape))
        return lambda: experiment.train(images, targets, renumbered)

    def outputs(self) -> Array:
        """Those of the network for all images, in evaluation mode."""
        found = [self._experiment.evaluated_outputs(images, count) for images, count in self._pieces()]
        return found[0] if len(found) == 1 else np.concatenate(found)

    def evaluate(self, labels: NDArray[np.int64], *, keep: bool = False) -> Evaluation:
        """All metrics of the network, with the labels [N] of the images; `keep` keeps every prediction too."""
        return self._experiment.evaluation_of(self.outputs(), labels, keep=keep)

    def _pieces(self) -> Iterator[tuple[Any, int]]:
        if self._pixels is None or self.most is None:
            yield self._all, self._count
            return
        batch = self._experiment.evaluation_batch
        piece = max(batch, self.most // batch * batch)  # whole batches, which round as they do where all are there
        for start in range(0, self._count, piece):
            images = self._pixels[start : start + piece]
            yield self._experiment.to_device(images), len(images)
            release_pages(self._pixels)
