"""What every augmentation is: a change of the images of a batch, by random numbers that it is given."""

from collections.abc import Sequence
from math import isclose, isfinite
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mnist_compare.recipe.rules import Choice, Rule

Pixels = NDArray[np.float32]
"""Images [N, C, H, W] of a batch, from 0 to 1."""
Numbers = NDArray[np.float32]
"""Random numbers [N, count] from 0 to below 1: a row for each image."""
Range = tuple[float, float]
"""The least and the greatest value, between which each image gets one at random."""


class Augmentation(Choice, frozen=True):
    """A random change of training images. A class derived from it, with a tag, can be named from then on.

    It draws nothing itself: the core gives it random numbers, a row for each image, and the first of them decides
    whether the image is changed at all.
    """

    mixes: ClassVar[bool] = False
    """Whether it mixes images of different classes, so that a label becomes shares of classes."""
    mirrors: ClassVar[bool] = False
    """Whether it mirrors images, which makes other digits of some."""

    probability: float = 1.0

    def count(self, shape: Sequence[int]) -> int:
        """How many random numbers it takes for an image of that shape [C, H, W], after the first."""
        raise NotImplementedError

    def chosen(self, numbers: Numbers) -> NDArray[np.bool_]:
        """Which images of a batch are changed, bool [N]."""
        return numbers[:, 0] < np.float32(self.probability)

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [("probability", self.probability, 0 <= self.probability <= 1, "must be from 0 to 1")]


class PixelChange(Augmentation, frozen=True):
    """One that changes each image by itself."""

    def apply(self, images: Pixels, numbers: Numbers) -> Pixels:
        """The images as it changes them, where none is left out: float32 [N, C, H, W]."""
        raise NotImplementedError


def between(limits: Range, numbers: Numbers) -> Numbers:
    """Numbers from 0 to below 1, laid out over a range."""
    low, high = limits
    return np.float32(low) + np.float32(high - low) * numbers


def is_symmetric(limits: Range, middle: float = 0.0) -> bool:
    """Whether a range goes as far below its middle as above it."""
    return isclose(middle - limits[0], limits[1] - middle)


def in_range(name: str, limits: Range, least: float, most: float) -> Rule:
    """The rule of a range whose ends are in order, and within `least` and `most`."""
    low, high = limits
    valid = isfinite(low) and isfinite(high) and least <= low <= high <= most
    return name, list(limits), valid, f"must be two numbers from {least:g} to {most:g}, the smaller one first"
