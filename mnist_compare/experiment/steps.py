"""The plan of an epoch: which images each step takes, its learning rate and its dropout masks."""

from collections.abc import Iterator, Sequence
from math import prod

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import Architecture, ShapedLayer
from mnist_compare.randomness import Array, batch_order, dropout_masks
from mnist_compare.recipe import Recipe

MASK_BYTES = 64 * 2**20


class Steps(msgspec.Struct, frozen=True):
    """Consecutive steps of one batch size.

    `indices` int64 [steps, batch] into the training images; `learning_rates` float64 [steps]; `masks` maps
    the name of a dropout layer to the factors of its values, 0 or 1 / (1 - rate): float [steps, batch, *mask shape];
    `first` is how many optimizer updates came before the first of these steps, 0 in a fresh training. `epoch`, and the
    step `start` of it with which they begin, count from 0. `shares` float64 [steps] are those that the mean losses of
    these images have in the losses of the steps, where other processes take the other images; None where none does.
    """

    indices: NDArray[np.int64]
    learning_rates: NDArray[np.float64]
    masks: dict[str, Array]
    first: int = 0
    epoch: int = 0
    start: int = 0
    shares: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.indices)

    def in_a_row(self) -> "Steps":
        """The same steps over their own images alone, which lie in the order in which the steps take them."""
        return msgspec.structs.replace(self, indices=np.arange(self.indices.size).reshape(self.indices.shape))


def epoch_order(recipe: Recipe, seed: int, epoch: int, images: int) -> NDArray[np.int64]:
    """The order in which an epoch (counted from 0) visits the images: int64 [images]."""
    return batch_order(seed, epoch, images) if recipe.shuffle else np.arange(images)


class EpochPlan:
    """All steps of one epoch (counted from 0) over `images` images, handed out in rectangular pieces.

    `first` counts the optimizer updates before the epoch: as many as epochs over the same images take, unless others
    came before. Without masks (native mode) each framework draws its own. `validation_losses` are those after the
    epochs before, where the schedule goes by them.
    """

    def __init__(
        self,
        architecture: Architecture,
        recipe: Recipe,
        seed: int,
        epoch: int,
        images: int,
        *,
        first: int | None = None,
        with_masks: bool = True,
        validation_losses: Sequence[float] = (),
    ) -> None:
        self.batch_size = min(recipe.batch_size, images)
        self.count = recipe.steps_per_epoch(images)
        self._first = epoch * self.count if first is None else first
        self._full = images // self.batch_size
        dropouts = [shaped for shaped in architecture.all_layers if shaped.layer.mask_rate is not None]
        self._dropouts = dropouts if with_masks else []
        self._seed, self._epoch = seed, epoch
        self._dtype = recipe.dtype
        self._order = epoch_order(recipe, seed, epoch, images)
        self.learning_rates = recipe.learning_rates(epoch, self.count, validation_losses)

    def largest_piece(self) -> int:
        """Steps whose masks fit into the memory that is set aside for them."""
        values = sum(prod(shaped.layer.mask_shape(shaped.input_shape)) for shaped in self._dropouts) * self.batch_size
        return max(1, MASK_BYTES // max(1, values * np.dtype(self._dtype).itemsize))

    def pieces(self, first: int, wanted: int) -> Iterator[Steps]:
        """The steps from `first` on, at most `wanted`, cut where the batch size changes."""
        end = min(self.count, first + wanted)
        middle = min(end, max(first, self._full))
        for start, stop in ((first, middle), (middle, end)):
            if start < stop:
                yield self.steps(start, stop)

    def steps(self, start: int, stop: int) -> Steps:
        """The steps from `start` to before `stop`, which must have one batch size."""
        indices = self._order[start * self.batch_size : stop * self.batch_size].reshape(stop - start, -1)
        return Steps(
            indices=np.ascontiguousarray(indices),
            learning_rates=self.learning_rates[start:stop],
            masks={shaped.name: self._mask(shaped, range(start, stop), indices.shape[1]) for shaped in self._dropouts},
            first=self._first + start,
            epoch=self._epoch,
            start=start,
        )

    def _mask(self, shaped: ShapedLayer, steps: range, batch: int) -> Array:
        assert shaped.layer.mask_rate is not None
        shape, rate = (batch, *shaped.layer.mask_shape(shaped.input_shape)), shaped.layer.mask_rate
        kept = dropout_masks(self._seed, shaped.name, self._epoch, steps, shape, rate)
        return np.where(kept, self._dtype(1 / (1 - rate)), self._dtype(0))
