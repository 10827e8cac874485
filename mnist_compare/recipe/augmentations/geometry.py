"""Augmentations that move the pixels of an image: what stands between them is interpolated once for all in a row.

Coordinates are in pixels from the center of the image, (row, column). A pixel of the new image takes its value from a
point of the old one, bilinearly between the four pixels around it; beyond the image everything is 0, the background.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from mnist_compare.recipe.augmentations.base import Augmentation, Numbers, Range, between, in_range
from mnist_compare.recipe.rules import Rule

Matrices = NDArray[np.float64]
Field = NDArray[np.float32]
Direction = Literal["horizontal", "vertical", "both"]


class Affine(Augmentation, frozen=True):
    """One that maps straight lines to straight lines."""

    def matrices(self, numbers: Numbers, shape: Sequence[int]) -> Matrices:
        """Of each image the matrix [N, 3, 3] that gives, for a point of the new image, that of the old one."""
        raise NotImplementedError


class Shift(Affine, frozen=True, tag="shift", forbid_unknown_fields=True):
    """Images are moved, down and to the right by shares of their height and width.

    Options:
        vertical: from which share of the height to which; below 0 it is up.
        horizontal: from which share of the width to which; below 0 it is to the left.
        probability: of an image to be changed.

    >>> Shift(horizontal=(0.0, 0.0)).describe()
    'shift (horizontal 0.0, 0.0)'
    """

    vertical: Range = (-0.1, 0.1)
    horizontal: Range = (-0.1, 0.1)

    def count(self, shape: Sequence[int]) -> int:
        """How many random numbers it takes for an image of that shape [C, H, W], after the first."""
        return 2

    def matrices(self, numbers: Numbers, shape: Sequence[int]) -> Matrices:
        """Of each image the matrix [N, 3, 3] that gives, for a point of the new image, that of the old one."""
        found = _identities(len(numbers))
        found[:, 0, 2] = -shape[1] * between(self.vertical, numbers[:, 0]).astype(np.float64)
        found[:, 1, 2] = -shape[2] * between(self.horizontal, numbers[:, 1]).astype(np.float64)
        return found

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        ranges = {"vertical": self.vertical, "horizontal": self.horizontal}
        return [*super().rules, *(in_range(name, limits, -1, 1) for name, limits in ranges.items())]


class Rotate(Affine, frozen=True, tag="rotate", forbid_unknown_fields=True):
    """Images are turned about their centers.

    Options:
        degrees: from which angle to which, counterclockwise.
        probability: of an image to be changed.

    >>> Rotate(degrees=(-15, 15)).describe()
    'rotate (degrees -15, 15)'
    """

    degrees: Range = (-10.0, 10.0)

    def count(self, shape: Sequence[int]) -> int:
        """How many random numbers it takes for an image of that shape [C, H, W], after the first."""
        return 1

    def matrices(self, numbers: Numbers, shape: Sequence[int]) -> Matrices:
        """Of each image the matrix [N, 3, 3] that gives, for a point of the new image, that of the old one."""
        angles = np.deg2rad(between(self.degrees, numbers[:, 0]).astype(np.float64))
        found = _identities(len(numbers))
        found[:, 0, 0] = found[:, 1, 1] = np.cos(angles)
        found[:, 0, 1] = np.sin(angles)
        found[:, 1, 0] = -np.sin(angles)
        return found

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [*super().rules, in_range("degrees", self.degrees, -360, 360)]


class Scale(Affine, frozen=True, tag="scale", forbid_unknown_fields=True):
    """What images show becomes larger or smaller, in both directions alike.

    Options:
        factor: from which size to which; 2 is twice as large.
        probability: of an image to be changed.

    >>> Scale().rules[1][3]
    'must be two numbers from 0.1 to 10, the smaller one first'
    """

    factor: Range = (0.9, 1.1)

    def count(self, shape: Sequence[int]) -> int:
        """How many random numbers it takes for an image of that shape [C, H, W], after the first."""
        return 1

    def matrices(self, numbers: Numbers, shape: Sequence[int]) -> Matrices:
        """Of each image the matrix [N, 3, 3] that gives, for a point of the new image, that of the old one."""
        found = _identities(len(numbers))
        found[:, 0, 0] = found[:, 1, 1] = 1 / between(self.factor, numbers[:, 0]).astype(np.float64)
        return found

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [*super().rules, in_range("factor", self.factor, 0.1, 10)]


class Shear(Affine, frozen=True, tag="shear", forbid_unknown_fields=True):
    """Upright strokes are slanted, as in italics; the middle row stays where it is.

    Options:
        degrees: from which slant to which; above 0 the top goes to the right.
        probability: of an image to be changed.

    >>> Shear(degrees=(0, 20), probability=0.5).describe()
    'shear (probability 0.5, degrees 0, 20)'
    """

    degrees: Range = (-10.0, 10.0)

    def count(self, shape: Sequence[int]) -> int:
        """How many random numbers it takes for an image of that shape [C, H, W], after the first."""
        return 1

    def matrices(self, numbers: Numbers, shape: Sequence[int]) -> Matrices:
        """Of each image the matrix [N, 3, 3] that gives, for a point of the new image, that of the old one."""
        found = _identities(len(numbers))
        found[:, 1, 0] = np.tan(np.deg2rad(between(self.degrees, numbers[:, 0]).astype(np.float64)))
        return found

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [*super().rules, in_range("degrees", self.degrees, -80, 80)]


class Flip(Affine, frozen=True, tag="flip", forbid_unknown_fields=True):
    """Images are mirrored, half of them by default. Digits should not be: a mirrored 2 is none, and a 6 that is turned
    over in both directions is a 9.

    Options:
        direction: "horizontal" (left becomes right), "vertical" (top becomes bottom), or "both".
        probability: of an image to be changed.

    >>> Flip().describe()
    'flip (probability 0.5)'
    """

    mirrors: ClassVar[bool] = True
    probability: float = 0.5
    direction: Direction = "horizontal"

    def count(self, shape: Sequence[int]) -> int:
        """How many random numbers it takes for an image of that shape [C, H, W], after the first."""
        return 0

    def matrices(self, numbers: Numbers, shape: Sequence[int]) -> Matrices:
        """Of each image the matrix [N, 3, 3] that gives, for a point of the new image, that of the old one."""
        found = _identities(len(numbers))
        found[:, 0, 0] = 1 if self.direction == "horizontal" else -1
        found[:, 1, 1] = 1 if self.direction == "vertical" else -1
        return found


class Elastic(Augmentation, frozen=True, tag="elastic", forbid_unknown_fields=True):
    """Images are deformed as by a hand that writes otherwise: every pixel is displaced at random, its neighbours alike.

    The displacements are numbers from -1 to 1, drawn for every pixel, smoothed by a Gaussian (0 beyond the image) and
    multiplied with `strength`, as Simard, Steinkraus and Platt (2003) had them with strength 34 and smoothness 4.

    Options:
        strength: from which factor to which.
        smoothness: standard deviation of the Gaussian, in pixels, from 0.5 to 100.
        probability: of an image to be changed.

    >>> Elastic(smoothness=0).rules[-1][3]
    'must be from 0.5 to 100'
    """

    strength: Range = (0.0, 34.0)
    smoothness: float = 4.0

    def count(self, shape: Sequence[int]) -> int:
        """How many random numbers it takes for an image of that shape [C, H, W], after the first."""
        return 1 + 2 * shape[1] * shape[2]

    def field(self, numbers: Numbers, shape: Sequence[int]) -> Field:
        """How far off, from each pixel of the new image, its value is taken: float32 [N, 2, H, W]."""
        _, height, width = shape
        noise = 2 * numbers[:, 1:].reshape(-1, 2, height, width) - 1
        smooth = _gaussian(height, self.smoothness) @ noise @ _gaussian(width, self.smoothness)
        return np.asarray(between(self.strength, numbers[:, 0])[:, None, None, None] * smooth, dtype=np.float32)

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [
            *super().rules,
            in_range("strength", self.strength, 0, 10_000),
            ("smoothness", self.smoothness, 0.5 <= self.smoothness <= 100, "must be from 0.5 to 100"),
        ]


def _identities(count: int) -> Matrices:
    return np.tile(np.eye(3), (count, 1, 1))


@lru_cache(maxsize=8)
def _gaussian(size: int, deviation: float) -> NDArray[np.float32]:
    """The matrix [size, size] whose product smooths a row of that many values."""
    reach = np.arange(-int(10 * deviation), int(10 * deviation) + 1)
    total = np.exp(-(reach**2) / (2 * deviation**2)).sum()
    apart = np.subtract.outer(np.arange(size), np.arange(size))
    return np.asarray(np.exp(-(apart**2) / (2 * deviation**2)) / total, dtype=np.float32)
