"""How wide the strokes of a mark are, and the mark with strokes of another width."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import skeletonize

Mask = NDArray[np.bool_]


def stroke_width(mask: Mask) -> float:
    """The width of the strokes in pixels: four times the distance to the nearest edge, on average."""
    inside = ndimage.distance_transform_edt(np.pad(mask, 1))
    return max(1.0, 4 * float(inside[inside > 0].mean() - 0.5))


def hole_count(mask: Mask) -> int:
    """How many holes the mark has, beside those of single pixels."""
    ground = np.pad(~ndimage.binary_closing(np.pad(mask, 1)), 1, constant_values=True)
    return int(ndimage.label(ground)[1]) - 1


def with_width(mask: Mask, share: float) -> NDArray[np.float32]:
    """The mark with strokes that are this share of its longer side wide: the coverage of every pixel, 0 to 1.

    The edges are moved out, or in; where a thin place would break, the middle line of the strokes holds it.
    """
    length, width = max(mask.shape), stroke_width(mask)
    move = (share * length - width) / (2 * (1 - share))
    margin = max(0, int(np.ceil(move))) + 2
    wide = np.pad(mask, margin)
    outside, inside = ndimage.distance_transform_edt(~wide), ndimage.distance_transform_edt(wide)
    depth = np.where(wide, inside - 0.5, 0.5 - outside) + move
    if move < 0:
        line = ndimage.distance_transform_edt(~skeletonize(wide))
        depth = np.maximum(depth, 0.35 * share * (length + 2 * move) - line)
    covered: NDArray[np.float32] = np.clip(depth + 0.5, 0, 1).astype(np.float32)
    return covered
