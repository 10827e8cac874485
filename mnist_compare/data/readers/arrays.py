"""Arrays as people save them, made into images and labels; what could mean two things is refused."""

from collections.abc import Sequence
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.readers.reader import Images, Labels
from mnist_compare.errors import DataError

CHANNELS = (1, 3, 4)
MOST_CLASSES = 1000
MAX_NAMED = 10


def as_images(where: str, array: NDArray[Any]) -> Images:
    """Images [N, P], [N, H, W], [N, H, W, C] or [N, C, H, W] of whole numbers from 0 to 255, as ReadData has them."""
    if array.dtype.kind not in "iu":
        raise DataError(
            f"{where} is of type {array.dtype}, where integer types are valid. Pixels are integers from 0 to 255: "
            "scale them back, and round."
        )
    if array.size and (array.min() < 0 or array.max() > 255):
        raise DataError(
            f"{where} has values from {array.min()} to {array.max()}, where 0 to 255 are valid. "
            "Scale the pixels to that range."
        )
    return _in_order(where, array).astype(np.uint8, copy=False)


def _in_order(where: str, array: NDArray[Any]) -> NDArray[Any]:
    if array.ndim == 2 and array.shape[1] and isqrt(array.shape[1]) ** 2 == array.shape[1]:
        side = isqrt(array.shape[1])
        return array.reshape(-1, side, side)
    if array.ndim == 3:
        return array
    first, last = (array.ndim == 4 and array.shape[axis] in CHANNELS for axis in (1, 3))
    if first == last:
        raise DataError(
            f"{where} has shape {list(array.shape)}, where [N, H, W], [N, H, W, C], [N, C, H, W] and [N, pixels] of "
            "square gray images are valid, with C of 1, 3 or 4. Reshape it."
        )
    if last:
        array = np.moveaxis(array, 3, 1)
    return array[:, 0] if array.shape[1] == 1 else array


def as_labels(where: str, array: NDArray[Any]) -> Labels:
    """Labels [N], [N, 1] or one-hot [N, K], of whole numbers from 0 to 999, also where their type is a float one."""
    if array.dtype.kind not in "iuf":
        raise DataError(f"{where} is of type {array.dtype}, where whole numbers are valid. Number the classes from 0.")
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2:
        array = _hot(where, array)
    if array.ndim != 1:
        raise DataError(f"{where} has shape {list(array.shape)}, where [N] is valid. Give one label per image.")
    whole = np.isfinite(array) & (array == np.floor(array))
    if not whole.all():
        first = int(np.argmin(whole))
        raise DataError(
            f"{where}[{first}] is {array[first]}, where whole numbers are valid. Number the classes from 0."
        )
    wrong = np.flatnonzero((array < 0) | (array >= MOST_CLASSES))
    if wrong.size:
        raise DataError(
            f"{where}[{wrong[0]}] is {array[wrong[0]]}, where labels from 0 to {MOST_CLASSES - 1} are valid "
            f"({wrong.size:,} of {array.size:,} labels are wrong). Number the classes from 0."
        )
    return array.astype(np.int64)


def _hot(where: str, array: NDArray[Any]) -> NDArray[Any]:
    """The classes of one-hot rows."""
    right = ((array == 0) | (array == 1)).all(axis=1) & ((array == 1).sum(axis=1) == 1)
    if not right.all():
        raise DataError(
            f"{where} has shape {list(array.shape)}, and row {int(np.argmin(right))} has not one 1 among zeros: it "
            "says several classes of an image, or none. Give one label per image, as [N]."
        )
    classes: NDArray[np.int64] = array.argmax(axis=1)
    return classes


def named_classes(texts: Sequence[str]) -> tuple[str, ...]:
    """The different texts, in the order of their numbers where all are whole numbers, and of the alphabet elsewhere."""
    found = set(texts)
    if all(text.isascii() and text.isdigit() and len(text) < 10 for text in found):
        return tuple(sorted(found, key=lambda text: (int(text), text)))
    return tuple(sorted(found))


def numbered(where: str, texts: Sequence[str], names: Sequence[str]) -> Labels:
    """The labels of texts, which are `names`; raises DataError for one that is not."""
    numbers = {name: number for number, name in enumerate(names)}
    if strange := sorted({text for text in texts if text not in numbers}):
        shown = ", ".join(repr(text[:40]) for text in strange[:MAX_NAMED])
        raise DataError(
            f"{where} has {len(strange):,} classes that the training images do not have: {shown}. "
            "Add images of them to the training, or take them away."
        )
    return np.array([numbers[text] for text in texts], np.int64)


def check_number_of_classes(where: str, number: int) -> None:
    """Raise DataError unless so many classes can be learned."""
    if not 2 <= number <= MOST_CLASSES:
        raise DataError(f"{where} has {number:,} classes, where 2 to {MOST_CLASSES:,} are valid.")
