"""Digits of MNIST drawn large, and how alike two images are."""

import numpy as np
from scipy import ndimage

SIZE = 280
EIGHT = 61  # of the test images, each without a loose part
FIVE = 15


def ink(image, scale=10):
    """The ink of a digit of MNIST, drawn large: from 0 to 1."""
    large = ndimage.zoom(image.astype(float), scale, order=1, mode="grid-constant", grid_mode=True)
    return np.clip(ndimage.gaussian_filter((large > 105).astype(float), 0.7), 0, 1)


def likeness(digit, image):
    """How alike two images are: 1 where one is the other, brighter or darker, perhaps a pixel beside it."""
    b = image.astype(float)
    moved = [np.roll(digit.astype(float), (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return max((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()) for a in moved)
