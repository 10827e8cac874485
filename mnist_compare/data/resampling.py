"""The resampler: images of another size, to the same bits on every machine and in every version of NumPy."""

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64]


def resampled(images: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Images uint8 [N, H, W] as uint8 [N, height, width]: each new pixel is a weighted mean of old ones, rounded.

    Along a side that becomes shorter it is the mean of the area that the new pixel covers, along one that becomes
    longer it lies on the line between the two nearest centres. A half is rounded up.

    All weights are whole numbers. With sides up to 10,000 every sum of them times pixels stays below 2^53, so that
    float64 is exact, in whatever order a matrix library adds.
    """
    down, across = resampling_weights(images.shape[1], height), resampling_weights(images.shape[2], width)
    total = down[0].sum() * across[0].sum()
    sums = down @ (images.astype(np.float64) @ across.T)
    sums += total / 2
    sums /= total
    return sums.astype(np.uint8)  # which cuts the fraction off


def resampling_weights(before: int, after: int) -> Weights:
    """How much each of `before` pixels in a line counts in each of `after`: [after, before], with equal sums of rows.

    >>> resampling_weights(3, 2).tolist()
    [[2.0, 1.0, 0.0], [0.0, 1.0, 2.0]]
    >>> resampling_weights(2, 3).tolist()
    [[6.0, 0.0], [3.0, 3.0], [0.0, 6.0]]
    """
    each = np.arange(after)
    if after <= before:  # in units in which an old pixel is `after` long, and a new one `before`
        starts = each[:, None] * before
        edges = np.clip(np.arange(before + 1) * after, starts, starts + before)
        return np.diff(edges).astype(np.float64)
    found = np.zeros((after, before))
    # The centre of a new pixel, counted in old pixels from the first one's centre: in units of 1 / (2 * after).
    left, share = np.divmod((2 * each + 1) * before - after, 2 * after)
    np.add.at(found, (each, left.clip(0)), 2 * after - share)
    np.add.at(found, (each, (left + 1).clip(max=before - 1)), share)
    return found
