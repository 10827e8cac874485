"""The part of every batch that one process of a data-parallel training takes."""

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from mnist_compare.experiment.steps import Steps
from mnist_compare.randomness import Array

LIMIT_SECONDS = 600.0
"""So long a process waits for the others in one step, at most."""


class Shard(msgspec.Struct, frozen=True):
    """One of `count` processes that train a network together: `rank` counts from 0, the process that evaluates and
    saves.

    Each takes its part of every batch, and the framework sums the gradients of all. `addresses`, "host:port", are where
    they meet, one for each process.
    """

    rank: int = 0
    count: int = 1
    addresses: tuple[str, ...] = ()

    def part(self, batch: int) -> slice:
        """Its images of a batch of that size, by their places in it. Parts differ by one image at most."""
        return slice(self.rank * batch // self.count, (self.rank + 1) * batch // self.count)

    def cut(self, steps: Steps, weights: NDArray[np.float64] | None = None) -> Steps:
        """The steps with its part of every batch alone, and with the share that its mean loss has in the batch's.

        `weights` are those of the images in the mean of the loss, [steps, batch]; None where all weigh the same. Where
        a batch is too small to have an image for it, it takes the first one, with a share of 0.
        """
        if self.count == 1:
            return steps
        own = self.part(steps.indices.shape[1])
        all_weights = np.ones(steps.indices.shape) if weights is None else weights
        shares = all_weights[:, own].sum(axis=1) / all_weights.sum(axis=1)
        taken = own if own.start < own.stop else slice(0, 1)

        def of(array: Array) -> Array:
            return np.ascontiguousarray(array[:, taken])

        masks = {name: of(mask) for name, mask in steps.masks.items()}
        return replace(steps, indices=np.ascontiguousarray(steps.indices[:, taken]), masks=masks, shares=shares)


WHOLE = Shard()
"""Of a training in one process, which takes every batch whole."""
