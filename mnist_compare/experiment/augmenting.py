"""The augmented images of a training: those of any step, made alone, and those of the next steps, made ahead."""

from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.augment import Transform, augment, numbered
from mnist_compare.data.normalize import NormalizedPixels
from mnist_compare.defaults import AUGMENTATION
from mnist_compare.experiment.interface import ExperimentInterface
from mnist_compare.experiment.steps import Steps, epoch_order
from mnist_compare.host.environment import given_threads
from mnist_compare.randomness import augmentation_numbers
from mnist_compare.recipe.normalization import by_channel

Batch = tuple[NDArray[Any], NDArray[Any]]
"""Images float [N, C, H, W], normalized, and their targets."""


class AugmentedImages:
    """The training images of an experiment, with the augmentations of its recipe.

    The targets are int64 [N], or shares of classes, float [N, classes], where the recipe mixes images: those are
    smoothed as it asks, so that a backend takes them as they are. `own` are the transforms of the framework that take
    the place of the core's.
    """

    def __init__(
        self, experiment: ExperimentInterface, images: NDArray[Any] | NormalizedPixels, labels: NDArray[np.int64]
    ) -> None:
        self._images, self._labels = images, labels
        self._recipe, self._seed, self._classes = experiment.recipe, experiment.seed, experiment.architecture.classes
        self._mean, self._std = (
            np.array(by_channel(values), dtype=experiment.dtype)[:, None, None]
            for values in (experiment.mean, experiment.std)
        )
        self._targets = experiment.targets
        self.own = _own_transforms(experiment)

    def step(self, epoch: int, step: int, indices: NDArray[np.int64]) -> Batch:
        """Those of a step of an epoch, both counted from 0, which takes the images of these indices [N]."""
        recipe, labels = self._recipe, self._labels[indices]
        shares = np.eye(self._classes)[labels] if recipe.mixes else None
        pixels = self._pixels(indices)

        def draw(name: str, count: int) -> NDArray[np.float32]:
            return augmentation_numbers(self._seed, name, epoch, step, len(indices), count)

        changed, shares = augment(recipe.augmentation, pixels, shares, draw, self.own)
        images = (changed.astype(recipe.dtype) - self._mean) / self._std
        return images, self._targets(labels) if shares is None else self._smoothed(shares)

    def _pixels(self, indices: NDArray[np.int64]) -> NDArray[np.float32]:
        """The images as they are, from 0 to 1."""
        if isinstance(self._images, NormalizedPixels):
            return self._images.base[indices].astype(np.float32) / np.float32(255)
        plain: NDArray[Any] = self._images[indices] * self._std + self._mean
        return plain.astype(np.float32)

    def _smoothed(self, shares: NDArray[np.float64]) -> NDArray[Any]:
        smoothing = self._recipe.label_smoothing
        return ((1 - smoothing) * shares + smoothing / self._classes).astype(self._recipe.dtype)


def _own_transforms(experiment: ExperimentInterface) -> dict[str, Transform]:
    """By the names of the augmentations, as `numbered` gives them."""
    chosen = [one for one in experiment.backend.defaults if one.name == AUGMENTATION in experiment.defaults]
    channels = experiment.architecture.input_shape[0]
    return {
        name: experiment.own_transform(one)
        for one, name in numbered(experiment.recipe.augmentation)
        if any(default.takes(one, channels) for default in chosen)
    }


class ImagesAhead:
    """Augmented images, made ahead of the training by threads that the framework leaves free: by one at least. Those
    that a framework's own transforms make are made when they are asked for: their random numbers may come from
    generators of the process, which the training must not draw from meanwhile.

    `most` is how many images wait for the training, at most. `close` ends the threads.
    """

    def __init__(self, experiment: ExperimentInterface, made: AugmentedImages, images: int, most: int) -> None:
        self._made, self._count, self._most = made, images, most
        self._recipe, self._seed = experiment.recipe, experiment.seed
        self._size = min(self._recipe.batch_size, images)
        self._pool = ThreadPoolExecutor(max(1, given_threads() - experiment.threads), "augmentation")
        self._waiting: dict[tuple[int, int], Future[Batch]] = {}
        self._orders: dict[int, NDArray[np.int64]] = {}

    def take(self, steps: Steps) -> Batch:
        """The images and targets of these steps, of all of them in a row; those of the steps behind them are begun."""
        numbers = range(steps.start, steps.start + len(steps))
        if self._made.own:
            found = [self._made.step(steps.epoch, step, self._indices(steps.epoch, step)) for step in numbers]
        else:
            for step in numbers:
                self._begin(steps.epoch, step)
            found = [self._waiting.pop((steps.epoch, step)).result() for step in numbers]
            self._begin_ahead(steps.epoch, numbers.stop)
        images, targets = zip(*found, strict=True)
        return np.concatenate(images), np.concatenate(targets)

    def close(self) -> None:
        """Make no more images."""
        self._pool.shutdown(cancel_futures=True)

    def _begin_ahead(self, epoch: int, step: int) -> None:
        per_epoch = self._recipe.steps_per_epoch(self._count)
        for _ in range(self._most // self._size):
            if step == per_epoch:
                epoch, step = epoch + 1, 0
            if epoch >= self._recipe.epochs:
                return
            self._begin(epoch, step)
            step += 1

    def _begin(self, epoch: int, step: int) -> None:
        if (epoch, step) not in self._waiting:
            indices = self._indices(epoch, step)
            self._waiting[epoch, step] = self._pool.submit(partial(self._made.step, epoch, step, indices))

    def _indices(self, epoch: int, step: int) -> NDArray[np.int64]:
        if epoch not in self._orders:
            self._orders = {known: order for known, order in self._orders.items() if known == epoch - 1}
            self._orders[epoch] = epoch_order(self._recipe, self._seed, epoch, self._count)
        return self._orders[epoch][step * self._size : (step + 1) * self._size]
