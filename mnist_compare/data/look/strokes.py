"""Whether images are characters as MNIST has them: strokes, all brighter or all darker than an even ground."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mnist_compare.data.dataset import Dataset

MOST = 1000
"""So many training images are looked at, in even steps through them all."""
WIDEST = 4
"""Strokes are nowhere as wide as this part of a side: a quarter."""
GROUND = 0.5
"""At least so large a share of an image is ground."""
SHARE = 0.75
"""At least so large a share of the images are characters."""


def are_characters(dataset: Dataset) -> bool:
    """Whether most of the training images are strokes on an even ground, in gray."""
    images = dataset.train_images[:: -(-len(dataset.train_images) // MOST)]
    if images.shape[1] != 1:
        return False
    bright = _bright_on_dark(images[:, 0].astype(np.float32))
    most = bright.max(axis=(1, 2), keepdims=True)
    ground = (bright < most / 4).mean(axis=(1, 2)) >= GROUND
    side = max(2, min(images.shape[2:]) // WIDEST)
    blocks = sliding_window_view(bright > most / 2, (side, side), axis=(1, 2))
    filled = np.any(blocks.all(axis=(-2, -1)), axis=(1, 2))
    return bool((ground & ~filled).mean() >= SHARE)


def _bright_on_dark(images: NDArray[Any]) -> NDArray[np.float32]:
    """The images [N, H, W] from 0 on, those inverted whose border is light."""
    border = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    light = np.median(border, axis=1) > 127
    bright: NDArray[np.float32] = np.where(light[:, None, None], 255 - images, images)
    bright -= bright.min(axis=(1, 2), keepdims=True)
    return bright
