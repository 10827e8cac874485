"""Arrays of any type of number, brought into the form of a data set, where they mean one thing alone."""

from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.errors import DataError
from mnist_compare.recipe.recipe import MAX_CLASSES

Pixels = NDArray[np.uint8]
Labels = NDArray[np.uint8] | NDArray[np.uint16]

CHANNELS = (1, 3, 4)
CHUNK = 1000
SHAPES = "[N, H, W], [N, C, H, W] and [N, H, W, C] with 1, 3 or 4 channels, and [N, P] of square gray images"


def pixels_of(what: str, images: NDArray[Any], *, copy: bool = True) -> Pixels:
    """The images uint8 [N, C, H, W], without `copy` in the same memory where they are such; raises DataError, which
    begins with `what` they are, for what are none.
    """
    _check_numbers(what, images, "Pixels are whole numbers from 0 to 255: scale them back, and round.")
    if images.size and (images.min() < 0 or images.max() > 255):
        raise DataError(
            f"{what} has values from {images.min()} to {images.max()}, where 0 to 255 are valid. "
            "Scale the pixels to that range."
        )
    if images.dtype.kind == "f" and images.size and images.max() <= 1:
        raise DataError(
            f"{what} is of type {images.dtype} with values from 0 to 1, which may be pixels / 255. Multiply "
            "them by 255, or give integers."
        )
    return np.ascontiguousarray(_channels_first(what, images)).astype(np.uint8, copy=copy)


def labels_of(what: str, labels: NDArray[Any]) -> tuple[Labels, int]:
    """The labels [N], and how many classes their form tells of: as many as columns where each row has a single 1, else
    none. Raises DataError, which begins with `what` they are, for what are none.
    """
    _check_numbers(what, labels, "Labels are whole numbers from 0 on: convert them, e.g. with astype.")
    count = 0
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    elif labels.ndim == 2 and labels.shape[1] and ((labels == 1).sum(1) == 1).all() and not (labels[labels != 1]).any():
        labels, count = labels.argmax(1), labels.shape[1]
    if labels.ndim != 1:
        raise DataError(
            f"{what} has shape {list(labels.shape)}, where [N] is valid, or [N, 1], or [N, K] with a single 1 "
            "in each row and zeros. Give one label per image."
        )
    wrong = np.flatnonzero((labels < 0) | (labels >= MAX_CLASSES))
    if wrong.size:
        raise DataError(
            f"{what}[{wrong[0]}] is {labels[wrong[0]]}, where labels from 0 to {MAX_CLASSES - 1} are valid "
            f"({wrong.size:,} of {labels.size:,} labels are wrong). Number the classes from 0 on, or correct these."
        )
    return labels.astype(np.uint16), count


def _channels_first(what: str, images: NDArray[Any]) -> NDArray[Any]:
    side = isqrt(images.shape[1]) if images.ndim == 2 else 0
    if images.ndim == 2 and side and side * side == images.shape[1]:
        return images.reshape(-1, 1, side, side)
    if images.ndim == 3:
        return images[:, None]
    first, last = (images.ndim == 4 and images.shape[axis] in CHANNELS for axis in (1, -1))
    if first and last and images.shape[1:] != (1, 1, 1):
        raise DataError(
            f"{what} has shape {list(images.shape)}, which can be read as [N, C, H, W] and as [N, H, W, C]. "
            "Give gray images as [N, H, W], and others of sizes that are no number of channels."
        )
    if first:
        return images
    if last:
        return images.transpose(0, 3, 1, 2)
    raise DataError(f"{what} has shape {list(images.shape)}, where {SHAPES} are valid. Reshape the images.")


def _check_numbers(what: str, array: NDArray[Any], remedy: str) -> None:
    if array.dtype.kind not in "iuf":
        raise DataError(f"{what} is of type {array.dtype}, where whole numbers are valid. {remedy}")
    if array.dtype.kind == "f":
        # In parts, since floats may take eight times the memory of pixels.
        parts = (array[start : start + CHUNK] for start in range(0, len(array), CHUNK)) if array.ndim else [array]
        if not all(np.isfinite(part).all() and (part == np.trunc(part)).all() for part in parts):
            raise DataError(f"{what} is of type {array.dtype} with values that are no whole numbers. {remedy}")
