"""Augmentations that mix each image of a batch with the one before it, and their labels alike."""

from collections.abc import Sequence
from math import sqrt
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mnist_compare.recipe.augmentations.base import Augmentation, Numbers, Pixels
from mnist_compare.recipe.rules import Rule

Shares = NDArray[np.float64]
"""Of each image of a batch what share of it is of each class: [N, classes], 1 in all."""


class Mixing(Augmentation, frozen=True):
    """One that mixes images: a whole batch with one share, or with `1 - probability` no image of it."""

    mixes: ClassVar[bool] = True
    alpha: float = 1.0

    def mix(self, images: Pixels, shares: Shares, numbers: Numbers) -> tuple[Pixels, Shares]:
        """Each image of the batch mixed with the one before it, the first with the last, and what is of which class.

        The random numbers [count] are of the whole batch.
        """
        raise NotImplementedError

    def chosen(self, numbers: Numbers) -> NDArray[np.bool_]:
        """Which images of a batch are changed, bool [N]: all, or none."""
        return np.full(len(numbers), super().chosen(numbers[:1])[0])

    def own_share(self, number: np.float32) -> float:
        """The share of an image that stays its own, from the Beta distribution of `alpha` twice."""
        from scipy.special import betaincinv

        return float(betaincinv(self.alpha, self.alpha, float(number)))

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [*super().rules, ("alpha", self.alpha, 0.01 <= self.alpha <= 100, "must be from 0.01 to 100")]


class MixUp(Mixing, frozen=True, tag="mixup", forbid_unknown_fields=True):
    """Each image of a batch becomes a mean of itself and the one before it, and its label likewise, by one share for
    the whole batch (Zhang and others, 2018).

    Options:
        alpha: the share of an image itself is drawn from the Beta distribution of (alpha, alpha), from 0.01 to 100:
            below 1 one of the two is often nearly all, above 1 both are often halves.
        probability: of a batch to be mixed.

    >>> MixUp().describe()
    'MixUp'
    """

    title = "MixUp"
    alpha: float = 0.2

    def count(self, shape: Sequence[int]) -> int:
        """How many random numbers it takes for an image of that shape [C, H, W], after the first."""
        return 1

    def mix(self, images: Pixels, shares: Shares, numbers: Numbers) -> tuple[Pixels, Shares]:
        """Each image of the batch mixed with the one before it, the first with the last, and what is of which class."""
        own = self.own_share(numbers[0])
        mixed = np.float32(own) * images + np.float32(1 - own) * np.roll(images, 1, axis=0)
        return mixed, own * shares + (1 - own) * np.roll(shares, 1, axis=0)


class CutMix(Mixing, frozen=True, tag="cutmix", forbid_unknown_fields=True):
    """A rectangle of each image of a batch is taken from the one before it, and the share that it covers of the label:
    one rectangle for the whole batch, of the form of the image (Yun and others, 2019).

    Options:
        alpha: the share of an image itself is drawn from the Beta distribution of (alpha, alpha), from 0.01 to 100; 1
            makes all shares as likely. Where the rectangle is cut off by the edge, it is larger.
        probability: of a batch to be mixed.

    >>> CutMix(probability=0.5).describe()
    'CutMix (probability 0.5)'
    """

    title = "CutMix"

    def count(self, shape: Sequence[int]) -> int:
        """How many random numbers it takes for an image of that shape [C, H, W], after the first."""
        return 3

    def mix(self, images: Pixels, shares: Shares, numbers: Numbers) -> tuple[Pixels, Shares]:
        """Each image of the batch mixed with the one before it, the first with the last, and what is of which class."""
        height, width = images.shape[2:]
        side = sqrt(1 - self.own_share(numbers[0]))
        rows, columns = _stretch(side, numbers[1], height), _stretch(side, numbers[2], width)
        mixed = images.copy()
        mixed[:, :, rows, columns] = np.roll(images, 1, axis=0)[:, :, rows, columns]
        own = 1 - (rows.stop - rows.start) * (columns.stop - columns.start) / (height * width)
        return mixed, own * shares + (1 - own) * np.roll(shares, 1, axis=0)


def _stretch(share: float, center: np.float32, size: int) -> slice:
    """A stretch of that share of `size` around a center from 0 to 1, as far as it lies within."""
    length, middle = round(share * size), int(center * size)
    return slice(max(0, middle - length // 2), min(size, middle - length // 2 + length))
