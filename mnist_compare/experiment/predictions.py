"""What a network says of every single image: the class, how sure it is, and whether that is right.

Packed, 10,000 images take about 6 kB: a record can hold them, and a report can count in how many two runs agree.
"""

import zlib
from contextlib import suppress

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.io.bounds import Count
from mnist_compare.recipe.recipe import CLASSES

NO_CLASS = -1
"""Stands, in `Answers`, for the prediction of a regression that is no class."""
NOT_KNOWN = 255
"""Stands for how sure a network is that gives no probabilities."""
PERCENT = 100
BYTE, TWO_BYTES = np.dtype(np.uint8), np.dtype("<u2")

Bytes = NDArray[np.uint8]


class Predictions(msgspec.Struct, frozen=True):
    """The predictions for `count` images, in their order; each field is compressed by zlib.

    Fields:
        count: how many images there are.
        classes: the predicted class, or the largest number for none: a byte each, two (the lower one first) where there
            are more than 255 classes.
        percents: a byte each, the probability of that class in percent, or NOT_KNOWN.
        right: a bit each, whether the class is right, from the highest bit of a byte on.
    """

    count: Count
    classes: bytes
    percents: bytes
    right: bytes

    def __repr__(self) -> str:
        return f"<Predictions of {self.count:,} images>"


class Answers(msgspec.Struct, frozen=True):
    """Predictions, unpacked: classes int64 [N], with NO_CLASS for none, percents uint8 [N], right bool [N]."""

    classes: NDArray[np.int64]
    percents: Bytes
    right: NDArray[np.bool_]


def pack(
    predicted: NDArray[np.int64],
    labels: NDArray[np.int64],
    confidences: NDArray[np.float64] | None,
    classes: int = CLASSES,
) -> Predictions:
    """The predictions [N] for images with these labels [N] of `classes`; `confidences` [N]: how probable each is."""
    kind = BYTE if classes <= np.iinfo(BYTE).max else TWO_BYTES
    inside = (predicted >= 0) & (predicted < np.iinfo(kind).max)
    percents = np.full(len(predicted), NOT_KNOWN, dtype=np.uint8)
    if confidences is not None:
        known = np.isfinite(confidences)
        percents = np.where(known, np.rint(PERCENT * np.nan_to_num(confidences)), NOT_KNOWN).astype(np.uint8)
    return Predictions(
        count=len(predicted),
        classes=zlib.compress(np.where(inside, predicted, np.iinfo(kind).max).astype(kind).tobytes()),
        percents=zlib.compress(percents.tobytes()),
        right=zlib.compress(np.packbits(predicted == labels).tobytes()),
    )


def unpack(predictions: Predictions | None) -> Answers | None:
    """What was packed; None where it does not hold what it declares, as in a file that somebody has changed."""
    if predictions is None:
        return None
    count = predictions.count
    classes, percents = _classes(predictions.classes, count), _inflated(predictions.percents, count)
    right = _inflated(predictions.right, (count + 7) // 8)
    if classes is None or percents is None or right is None or not count:
        return None
    return Answers(classes, percents, np.unpackbits(right, count=count).astype(np.bool_))


def _classes(packed: bytes, count: int) -> NDArray[np.int64] | None:
    for kind in (BYTE, TWO_BYTES):
        content = _inflated(packed, kind.itemsize * count)
        if content is not None:
            found = content.view(kind).astype(np.int64)
            return np.where(found == np.iinfo(kind).max, NO_CLASS, found)
    return None


def _inflated(packed: bytes, size: int) -> Bytes | None:
    """Exactly `size` bytes, or None; no more than that are ever made of it."""
    if size > 1100 * (len(packed) + 1):  # no more can be in it, and so much need not be asked for
        return None
    with suppress(zlib.error):
        inflater = zlib.decompressobj()
        content = inflater.decompress(packed, size + 1)
        if len(content) == size:
            return np.frombuffer(content, dtype=np.uint8)
    return None
