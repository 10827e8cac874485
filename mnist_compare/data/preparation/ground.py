"""The ground under the ink: in which direction of colour ink differs from it, and how bright it is everywhere."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from scipy import ndimage
from skimage.filters import rank
from skimage.measure import block_reduce
from skimage.morphology import convex_hull_image

from mnist_compare.data.preparation.file import Pixels

COARSE = 96
"""Pixels on the longer side of the small image in which the direction is looked for."""
MEDIAN = 0.6
"""The square in which the median is taken is so wide, as a share of the page."""
WINDOW = 0.5
"""What is wider than this share of the page is ground."""


def ink_direction(pixels: Pixels) -> NDArray[np.float32]:
    """The unit vector in colour along which ink differs most from the ground around it; ink is on its positive side.

    Ink covers less than half of most large parts of a page, so that the median of such a part is the ground.
    """
    factor = -(-max(pixels.shape[:2]) // COARSE)
    small = block_reduce(pixels, (factor, factor, 1), np.mean, cval=0)[: pixels.shape[0] // factor or 1]
    small = small[:, : pixels.shape[1] // factor or 1]  # blocks that lie partly outside are left out
    page = np.ones(small.shape[:2], dtype=bool)
    difference = small - _all_medians(small, page)
    page = _within(difference)
    if not page.all():  # once more, without the frame that has shown itself
        difference = small - _all_medians(small, page)
        page = _within(difference)
    flat = difference[page].astype(np.float64)
    weight = (flat**2).sum(axis=1, keepdims=True)
    direction = np.linalg.eigh((flat * weight).T @ flat)[1][:, -1].astype(np.float32)
    return direction * _side(small @ direction, difference @ direction, page)


def _side(gray: Pixels, difference: Pixels, page: NDArray[np.bool_]) -> np.float32:
    """1 where ink is on the bright side of the ground, -1 where it is on the dark side.

    Rare and far is ink, often and near is ground: the skewness says which side is which. In an image that is cut
    out close to the ink there is more ink than ground; then its corners are ground, and the ink lies around the holes.
    """
    side = np.float32(1 if (difference[page] ** 3).sum() >= 0 else -1)
    rows, columns = (np.flatnonzero(share >= share.max() / 2) for share in (page.mean(axis=1), page.mean(axis=0)))
    corners = difference[np.ix_(rows[[0, -1]], columns[[0, -1]])] * side
    if (corners > np.abs(difference[page]).max() / 2).sum() < 2:
        return side
    ours, theirs = side * gray - ground_of(side * gray), -side * gray - ground_of(-side * gray)
    least = max(float(ours.max()), float(theirs.max())) / 2
    return side if _share_within(theirs, ours, least) >= _share_within(ours, theirs, least) else -side


def _share_within(inner: Pixels, outer: Pixels, least: float) -> float:
    """How much of what stands out in one image lies in the hull of what stands out in the other."""
    stands_out = outer > least
    if not stands_out.any():
        return 0.0
    strong = np.where(inner > least, inner, 0)
    return float((strong * convex_hull_image(stands_out)).sum() / strong.sum()) if strong.any() else 1.0


def _all_medians(small: Pixels, page: NDArray[np.bool_]) -> Pixels:
    """The medians of each channel; of channels that are alike, as in a gray image with three, they are taken once."""
    channels = [small[..., i] for i in range(small.shape[2])]
    first = _medians(channels[0], page)
    others = [first if (one == channels[0]).all() else _medians(one, page) for one in channels[1:]]
    return np.stack([first, *others], axis=2)


def _medians(channel: Pixels, page: NDArray[np.bool_]) -> Pixels:
    """For every pixel, the median of what is page in a large square around it."""
    low, high = float(channel.min()), float(channel.max())
    if high == low:
        return channel
    bytes_ = ((channel - low) / (high - low) * 255).round().astype(np.uint8)
    window = np.ones((int(MEDIAN * max(channel.shape)) | 1,) * 2, dtype=np.uint8)
    medians: Pixels = rank.median(bytes_, window, mask=page).astype(np.float32)
    return low + medians / np.float32(255) * np.float32(high - low)


def _within(difference: Pixels) -> NDArray[np.bool_]:
    """Where the page is: not in a frame, which differs from what it surrounds along most of a side of the image."""
    size = np.linalg.norm(difference, axis=2)
    labels, _ = ndimage.label(size > 0.3 * size.max())
    sides = (labels[0], labels[-1], labels[:, 0], labels[:, -1])
    frames = {
        int(label)
        for side in sides
        for label, count in zip(*np.unique(side, return_counts=True), strict=True)
        if label and count > 0.5 * len(side)
    }
    within: NDArray[np.bool_] = ~np.isin(labels, list(frames))
    return within if size[within].any() else np.ones_like(within)


def ground_of(gray: Pixels) -> Pixels:
    """How bright the ground is in every pixel of an image [height, width] with bright ink.

    The ground is all that is wide: paper, its shades and edges, a frame.
    """
    low, high = float(gray.min()), float(gray.max())
    bytes_ = ((gray - low) / max(high - low, 1e-9) * 255).round().astype(np.uint8)
    calm = np.asarray(Image.fromarray(bytes_).filter(ImageFilter.MedianFilter(3)), dtype=np.float32)
    window = int(WINDOW * max(gray.shape)) | 1
    edge = window // 2 + 1
    wide = ndimage.grey_opening(_extended(calm, edge), (window, window), mode="nearest")
    ground: Pixels = low + wide[edge:-edge, edge:-edge] / 255 * (high - low)
    return ground


def _extended(gray: Pixels, width: int) -> Pixels:
    """The image with a margin that goes on as its border does, without the ink that touches the border."""
    page = np.pad(gray, 1, mode="edge")
    for line in (page[0], page[-1], page[:, 0], page[:, -1]):
        length = int(0.9 * len(line)) | 1
        padded = np.pad(line, length, mode="edge")
        line[:] = np.minimum(line, ndimage.grey_opening(padded, length)[length:-length])
    extended: Pixels = np.pad(page, width - 1, mode="edge")
    return extended
