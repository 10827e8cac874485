"""From pixels to the float arrays that a network takes: (pixel / 255 - mean) / std.

Every pixel value has one result, computed in float64 and rounded once, so that all backends start from
the same bits.
"""

from dataclasses import dataclass, fields
from math import isfinite, sqrt
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from mnist_compare.data.dataset import SIDE, Dataset, Pixels, read_only
from mnist_compare.errors import DataError, UsageError, unknown
from mnist_compare.recipe import Normalization, Standardize
from mnist_compare.recipe.normalization import NAMED

Images = NDArray[np.floating]
Labels = NDArray[np.int64]

CHUNK = 1000
"""Images that are worked on at a time: NumPy widens indices to 8 bytes, which all at once would be 376 MB."""


@dataclass(frozen=True, eq=False, repr=False)
class NormalizedData:
    """A normalized data set: images float32 or float64 [N, 1, 28, 28], labels int64 [N], all read-only.

    `mean` and `std`, in units of pixel / 255, are what the images were normalized with.
    """

    train_images: Images
    train_labels: Labels
    test_images: Images
    test_labels: Labels
    validation_images: Images
    validation_labels: Labels
    mean: float
    std: float

    def __post_init__(self) -> None:
        for name in ARRAY_NAMES:
            object.__setattr__(self, name, read_only(getattr(self, name)))


ARRAY_NAMES = tuple(field.name for field in fields(NormalizedData) if field.name not in ("mean", "std"))


def pixel_statistics(dataset: Dataset, normalization: Normalization) -> tuple[float, float]:
    """Mean and standard deviation to normalize with, in units of pixel / 255.

    `unit` is (0, 1), which leaves pixel / 255; `standard` is that of all the training pixels, exact up to the last
    rounding; `Standardize` gives them. Raises UsageError for another name, DataError when all pixels are equal.
    """
    if isinstance(normalization, Standardize):
        return normalization.mean, normalization.std
    if normalization not in NAMED:
        raise unknown("normalization", normalization, NAMED)
    if normalization == "unit":
        return 0.0, 1.0
    images = dataset.train_images
    counts = np.zeros(256, dtype=np.int64)
    for start in range(0, len(images), CHUNK):
        counts += np.bincount(images[start : start + CHUNK].ravel(), minlength=256)
    # Python's integers have no bound, so the sums of squares are exact.
    histogram: list[int] = counts.tolist()
    count = sum(histogram)
    first = sum(n * value for value, n in enumerate(histogram))
    second = sum(n * value**2 for value, n in enumerate(histogram))
    variance = (count * second - first**2) / (count * 255) ** 2
    if variance == 0:
        raise DataError(
            f"Data set {dataset.source}: all training pixels are equal, so their standard deviation is 0 and "
            "normalization 'standard' is not possible. Use normalization 'unit'."
        )
    return first / (count * 255), sqrt(variance)


def normalize_images(images: Pixels, mean: float, std: float, dtype: DTypeLike = np.float32) -> Images:
    """(pixel / 255 - mean) / std of images uint8 [..., 28, 28], as float32 or float64 [N, 1, 28, 28].

    Raises DataError for other images, UsageError for another `dtype` or a `std` that is not above 0.
    """
    if images.dtype != np.uint8 or images.shape[-2:] != (SIDE, SIDE):
        raise DataError(
            f"Images of type {images.dtype} and shape {list(images.shape)} cannot be normalized, where uint8 "
            f"[..., {SIDE}, {SIDE}] is valid. Give the pixels as integers from 0 to 255."
        )
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise UsageError(f"dtype is {np.dtype(dtype)}, where float32 and float64 are valid.")
    if not (isfinite(mean) and isfinite(std) and std > 0):
        raise UsageError(f"mean is {mean} and std {std}, where finite numbers, and a std above 0, are valid.")
    table = ((np.arange(256) / 255 - mean) / std).astype(dtype)
    flat = images.reshape(-1, SIDE, SIDE)
    result = np.empty((len(flat), 1, SIDE, SIDE), dtype=dtype)
    for start in range(0, len(flat), CHUNK):
        result[start : start + CHUNK, 0] = table[flat[start : start + CHUNK]]
    return result


def normalize(
    dataset: Dataset,
    normalization: Normalization = "unit",
    dtype: DTypeLike = np.float32,
    statistics: tuple[float, float] | None = None,
) -> NormalizedData:
    """The arrays of `dataset` for training, with images of `dtype`, float32 or float64.

    `statistics` are mean and standard deviation in units of pixel / 255, where they are known; otherwise those of
    the training images, as `normalization` says, are used for all parts.
    """
    mean, std = pixel_statistics(dataset, normalization) if statistics is None else statistics
    parts: dict[str, NDArray[Any]] = {}
    for part in ("train", "test", "validation"):
        parts[f"{part}_images"] = normalize_images(getattr(dataset, f"{part}_images"), mean, std, dtype)
        parts[f"{part}_labels"] = getattr(dataset, f"{part}_labels").astype(np.int64)
    return NormalizedData(**parts, mean=mean, std=std)
