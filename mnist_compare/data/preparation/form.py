"""A mark in the form of MNIST: fitted into 20x20 pixels, its centre of mass in the middle of 28x28."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.measure import block_reduce

from mnist_compare.data.preparation.file import Pixels
from mnist_compare.data.preparation.ink import Ink
from mnist_compare.data.preparation.strokes import hole_count, stroke_width, with_width

SIDE = 28
BOX = 20
FINE = 160
"""Strokes are drawn anew on about as many pixels, when a mark has more."""
WIDTHS = (1.7, 3.8)
"""Strokes of nine in ten digits of MNIST are as wide, in pixels; what is beyond is brought to the nearest."""
WIDEST = 10
MOST_HOLES = 5
"""What is wider than half of a mark is no stroke; an 8 has two holes, and may have some of a bad pen."""
FAINT = 0.02
"""What has less ink than this is not counted as part of the mark when it is cut out."""


def in_form(ink: Ink, mark: NDArray[np.bool_]) -> NDArray[np.uint8] | None:
    """The mark as MNIST would have it: uint8 [28, 28], 0 background to 255 ink, with soft edges.

    None where it has not the strokes of a digit: a patch, or a pattern.
    """
    near = ndimage.binary_dilation(mark, np.ones((3, 3)), iterations=2)
    soft = (ink.strength * near)[_box(near & (ink.strength > min(FAINT, ink.threshold)))]
    fine = _fine(soft, ink.threshold)
    width = stroke_width(fine) * BOX / max(fine.shape)
    if width > WIDEST or hole_count(fine) > MOST_HOLES:
        return None
    wanted = float(np.clip(width, *WIDTHS))
    if wanted == width:
        return _centred(_fitted(_sharpened(soft, ink.threshold)))
    redrawn = with_width(fine, wanted / BOX)
    return _centred(_fitted(redrawn[_box(redrawn > FAINT)]))


def _fine(soft: Pixels, threshold: float) -> NDArray[np.bool_]:
    """Where there is ink, on about FINE pixels."""
    length = max(soft.shape)
    if length >= 2 * FINE:
        factor = length // FINE
        fine: NDArray[np.bool_] = block_reduce(soft > threshold, (factor, factor), np.max)
    else:
        factor = -(-FINE // 2 // length)
        fine = ndimage.zoom(soft, factor, order=1, mode="grid-constant", grid_mode=True) > threshold
        if not fine.any():  # thin and faint ink is lost between its pixels
            fine = ndimage.zoom(soft, factor, order=0, mode="grid-constant", grid_mode=True) > threshold
    return fine[_box(fine)]


def _sharpened(soft: Pixels, threshold: float) -> Pixels:
    """Edges as soft as they are when an outline is made as small as MNIST's digits, whatever the size of the mark."""
    scale = max(1.0, max(soft.shape) / BOX)
    low, high = threshold * (1 - 1 / scale), threshold + (1 - threshold) / scale
    sharp: Pixels = np.clip((soft - low) / (high - low), 0, 1)
    return sharp


def _box(where: NDArray[np.bool_]) -> tuple[slice, slice]:
    """The smallest part of an image that holds all of these pixels."""
    rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _fitted(ink: Pixels) -> Pixels:
    scale = BOX / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    filter_ = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    fitted: Pixels = np.asarray(Image.fromarray(ink.astype(np.float32)).resize((width, height), filter_))
    return fitted.clip(0, 1)


def _centred(ink: Pixels) -> NDArray[np.uint8]:
    corner = []
    for axis, length in enumerate(ink.shape):
        centre = float(ink.sum(axis=1 - axis) @ np.arange(length)) / max(float(ink.sum()), 1e-9)
        corner.append(min(max(0, round(SIDE / 2 - centre)), SIDE - length))
    image = np.zeros((SIDE, SIDE), dtype=np.uint8)
    image[corner[0] : corner[0] + ink.shape[0], corner[1] : corner[1] + ink.shape[1]] = (ink * 255).round()
    return image
