"""What is ink in an image: how strong it is in every pixel, and which pixels are it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import threshold_otsu

from mnist_compare.data.preparation.file import Pixels
from mnist_compare.data.preparation.ground import ground_of, ink_direction

LEAST_CONTRAST = 6 / 255
"""Ink differs at least so much from the ground, of 0 to 1: a faint pencil does."""
NOISE = 5
"""Ink differs at least so many standard deviations of the ground's noise from it."""
SMALL = 100
"""A larger image is smoothed a little, against noise."""
DARK = 0.75
"""Ink is darker than its paper where its direction in colour is so near to that of black: the cosine between them."""


class Ink(NamedTuple):
    """`strength`, [height, width], is 0 on the ground and about 1 in ink; from `threshold` on it counts as ink."""

    strength: Pixels
    threshold: float

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Where there is ink."""
        return self.strength > self.threshold


def find_ink(pixels: Pixels) -> Ink | None:
    """The ink of an image [height, width, channels]; None where there is nothing but ground and noise."""
    if min(pixels.shape[:2]) < 3:
        return None
    direction = ink_direction(pixels)
    gray = pixels @ direction
    ground = ground_of(gray)
    difference, noise = _level(gray - ground)
    seen = difference > max(LEAST_CONTRAST, NOISE * noise)
    strength = difference / _light(ground, direction)
    near = strength[ndimage.maximum_filter(seen, 9)]
    if not seen.any() or near.max() == near.min():
        return None
    threshold = float(threshold_otsu(near))
    strength[~seen] = np.minimum(strength[~seen], threshold)
    level = float(np.percentile(strength[seen & (strength >= threshold)], 90))
    return Ink(np.clip(strength / level, 0, 1), threshold / level)


def _level(difference: Pixels) -> tuple[Pixels, float]:
    """The contrasts, smoothed where there are many, with the ground at 0; and the standard deviation of its noise.

    Ink may be more than half of a small image, so both are taken from what has the least ink. Where the paper is so
    bright that the camera has cut its noise off, neighbours still differ by it.
    """
    large = max(difference.shape) > SMALL
    smooth = ndimage.gaussian_filter(difference, 0.7) if large else difference
    low, middle = np.percentile(smooth, (10, 30))
    noise = float(middle - low) / 0.757  # these shares of a normal distribution are so far apart
    level = middle + 0.524 * noise
    if large:
        step = float(np.median(np.abs(np.diff(difference, axis=0)))) / 0.954
        noise = max(noise, 0.4 * step)  # of which smoothing leaves so much
    return smooth - level, noise


def _light(ground: Pixels, direction: NDArray[np.float32]) -> Pixels | float:
    """What the strength of ink is measured against: for ink darker than its paper the paper's own brightness.

    So it is as strong in a shadow as in the light.
    """
    darker = direction.sum() < -DARK * np.sqrt(len(direction))
    return np.maximum(-ground, 0.1) if darker else 1.0
