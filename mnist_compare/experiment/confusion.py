"""The confusion matrix of many classes in few bytes: a record of a thousand classes would take megabytes for it."""

import zlib
from contextlib import suppress
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mnist_compare.recipe.recipe import MAX_CLASSES

MOST_WHOLE = 100
"""So many classes have their matrix written out in records."""
MAX_BYTES = 8 * (1 + MAX_CLASSES + 3 * MAX_CLASSES**2)

Counts = NDArray[np.int64]


def pack_confusion(confusion: Counts, counts: Counts) -> bytes:
    """A matrix [K, K], and how many images each class has [K]: by zlib, its entries that are not 0 alone."""
    labels, predictions = np.nonzero(confusion)
    entries = np.stack([labels, predictions, confusion[labels, predictions]], axis=1)
    values = np.concatenate([[len(counts)], counts, entries.ravel()])
    return zlib.compress(values.astype("<i8").tobytes())


@lru_cache(maxsize=4)
def unpack_confusion(packed: bytes) -> tuple[Counts, Counts]:
    """Matrix and counts again; raises ValueError where the bytes hold none, as in a file that somebody has changed."""
    content = b""
    with suppress(zlib.error):
        content = zlib.decompressobj().decompress(packed, MAX_BYTES + 1)
    if len(content) % 8 == 0 and 8 <= len(content) <= MAX_BYTES:
        size, *_ = values = np.frombuffer(content, dtype="<i8").astype(np.int64)
        counts, entries = values[1 : 1 + size], values[1 + size :]
        if 2 <= size <= MAX_CLASSES and len(counts) == size and len(entries) % 3 == 0 and values.min() >= 0:
            labels, predictions, found = entries.reshape(-1, 3).T
            if max(labels.max(initial=0), predictions.max(initial=0)) < size and found.max(initial=0) <= 2**53:
                confusion = np.zeros((size, size), dtype=np.int64)
                confusion[labels, predictions] = found
                confusion.setflags(write=False)
                return confusion, counts
    raise ValueError("packed_confusion holds no confusion matrix")
