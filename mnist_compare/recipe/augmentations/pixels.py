"""Augmentations that change the values of pixels where they are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mnist_compare.recipe.augmentations.base import Numbers, PixelChange, Pixels, Range, between, in_range
from mnist_compare.recipe.rules import Rule


class Erase(PixelChange, frozen=True, tag="erase", forbid_unknown_fields=True):
    """A rectangle somewhere in the image is covered, in half of the images by default.

    Options:
        area: from which share of the image to which.
        ratio: of its height to its width, from which to which; narrow ones are as frequent as wide ones.
        value: of the covered pixels, from 0 (black, the background of digits) to 1.
        probability: of an image to be changed.

    >>> Erase(area=(0.1, 0.1)).describe()
    'erase (area 0.1, 0.1)'
    """

    probability: float = 0.5
    area: Range = (0.02, 0.2)
    ratio: Range = (0.3, 3.3)
    value: float = 0.0

    def count(self, shape: Sequence[int]) -> int:
        """How many random numbers it takes for an image of that shape [C, H, W], after the first."""
        return 4

    def apply(self, images: Pixels, numbers: Numbers) -> Pixels:
        """The images as it changes them, where none is left out: float32 [N, C, H, W]."""
        height, width = images.shape[2:]
        area = between(self.area, numbers[:, 0]) * np.float32(height * width)
        low, high = np.log(self.ratio)
        ratio = np.exp(between((low, high), numbers[:, 1]))
        rows = _covered(np.sqrt(area * ratio), numbers[:, 2], height)
        columns = _covered(np.sqrt(area / ratio), numbers[:, 3], width)
        return np.where(rows[:, None, :, None] & columns[:, None, None, :], np.float32(self.value), images)

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [
            *super().rules,
            in_range("area", self.area, 0.001, 1),
            in_range("ratio", self.ratio, 0.01, 100),
            ("value", self.value, 0 <= self.value <= 1, "must be from 0 to 1"),
        ]


def _covered(lengths: Numbers, places: Numbers, size: int) -> NDArray[np.bool_]:
    """Which of `size` rows or columns lie in a stretch of each length, at a place from 0 to 1: bool [N, size]."""
    whole = np.clip(np.rint(lengths), 1, size)
    first = np.floor(places * (size + 1 - whole))
    numbers = np.arange(size)
    return np.asarray((numbers >= first[:, None]) & (numbers < (first + whole)[:, None]))


class Noise(PixelChange, frozen=True, tag="noise", forbid_unknown_fields=True):
    """To every pixel a number is added, drawn from a normal distribution of mean 0; the sum stays from 0 to 1.

    Options:
        deviation: from which standard deviation to which; each image gets one. 1 is from black to white.
        probability: of an image to be changed.

    >>> Noise(deviation=(0.1, 0.0)).rules[1][2]
    False
    """

    deviation: Range = (0.0, 0.1)

    def count(self, shape: Sequence[int]) -> int:
        """How many random numbers it takes for an image of that shape [C, H, W], after the first."""
        values = int(np.prod(shape))
        return 1 + values + values % 2

    def apply(self, images: Pixels, numbers: Numbers) -> Pixels:
        """The images as it changes them, where none is left out: float32 [N, C, H, W]."""
        normal = _normal(numbers[:, 1:])[:, : int(np.prod(images.shape[1:]))].reshape(images.shape)
        deviations = between(self.deviation, numbers[:, 0])[:, None, None, None]
        return np.clip(images + deviations * normal, np.float32(0), np.float32(1))

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [*super().rules, in_range("deviation", self.deviation, 0, 10)]


def _normal(numbers: Numbers) -> Numbers:
    """As many values of the standard normal distribution, by the transform of Box and Muller."""
    half = numbers.shape[1] // 2
    length = np.sqrt(-2 * np.log1p(-numbers[:, :half]))
    angle = np.float32(2 * np.pi) * numbers[:, half:]
    return np.concatenate([length * np.cos(angle), length * np.sin(angle)], axis=1)


class Contrast(PixelChange, frozen=True, tag="contrast", forbid_unknown_fields=True):
    """The distance of every pixel from the mean of its image is multiplied; the result stays from 0 to 1.

    Options:
        factor: from which to which; 0 makes the image gray all over, 1 leaves it, 2 doubles the contrast.
        probability: of an image to be changed.

    >>> Contrast().describe()
    'contrast'
    """

    factor: Range = (0.7, 1.3)

    def count(self, shape: Sequence[int]) -> int:
        """How many random numbers it takes for an image of that shape [C, H, W], after the first."""
        return 1

    def apply(self, images: Pixels, numbers: Numbers) -> Pixels:
        """The images as it changes them, where none is left out: float32 [N, C, H, W]."""
        means = images.mean(axis=(1, 2, 3), keepdims=True)
        factors = between(self.factor, numbers[:, 0])[:, None, None, None]
        return np.asarray(np.clip(means + factors * (images - means), 0, 1), dtype=np.float32)

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [*super().rules, in_range("factor", self.factor, 0, 10)]
