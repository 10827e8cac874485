"""Arrays as people save them, made into images and labels; what could mean two things is refused."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.arrays import labels_of, pixels_of
from mnist_compare.data.readers.reader import Images, Labels
from mnist_compare.errors import DataError
from mnist_compare.recipe.recipe import MAX_CLASSES

MAX_NAMED = 10


def as_images(where: str, array: NDArray[Any]) -> Images:
    """Images as `pixels_of` takes them, of integers alone, as ReadData has them: gray ones [N, H, W]."""
    if array.dtype.kind not in "iu":
        raise DataError(
            f"{where} is of type {array.dtype}, where integer types are valid. Pixels are integers from 0 to 255: "
            "scale them back, and round."
        )
    pixels = pixels_of(where, array, copy=False)
    return pixels[:, 0] if pixels.shape[1] == 1 else pixels


def as_labels(where: str, array: NDArray[Any]) -> Labels:
    """Labels as `labels_of` takes them, int64 [N]; of floats, the first that is no whole number is named."""
    if array.dtype.kind == "f" and array.ndim == 1:
        whole = np.isfinite(array) & (array == np.floor(array))
        if not whole.all():
            first = int(np.argmin(whole))
            raise DataError(
                f"{where}[{first}] is {array[first]}, where whole numbers are valid. Number the classes from 0."
            )
    return labels_of(where, array)[0].astype(np.int64)


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
    if not 2 <= number <= MAX_CLASSES:
        raise DataError(f"{where} has {number:,} classes, where 2 to {MAX_CLASSES:,} are valid.")
