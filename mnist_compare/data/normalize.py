"""From pixels to the float arrays that a network takes: (pixel / 255 - mean) / std.

Every pixel value has one result, computed in float64 and rounded once, so that all backends start from
the same bits.
"""

from dataclasses import dataclass, fields
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from mnist_compare.data.arrays import Pixels
from mnist_compare.data.dataset import Dataset, read_only
from mnist_compare.errors import DataError, UsageError, unknown
from mnist_compare.recipe import Normalization, Standardize
from mnist_compare.recipe.normalization import NAMED, Statistic, by_channel

Images = NDArray[np.floating]
Labels = NDArray[np.int64]

LARGE = 512 * 2**20
"""Bytes of normalized images above which a part of a data set stays pixels: a fourth or an eighth of that."""

CHUNK = 1000
"""Images that are worked on at a time: NumPy widens indices to 8 bytes, which all at once would be 376 MB."""


@dataclass(frozen=True, eq=False, repr=False)
class NormalizedData:
    """A normalized data set: images float32 or float64 [N, C, H, W], labels int64 [N], all read-only.

    `mean` and `std`, in units of pixel / 255, are what the images were normalized with: numbers, or one
    for each channel. Images of a part that would take more than half a GiB are `NormalizedPixels`.
    """

    train_images: "Images | NormalizedPixels"
    train_labels: Labels
    test_images: "Images | NormalizedPixels"
    test_labels: Labels
    validation_images: "Images | NormalizedPixels"
    validation_labels: Labels
    mean: Statistic
    std: Statistic

    def __post_init__(self) -> None:
        for name in ARRAY_NAMES:
            array = getattr(self, name)
            if not isinstance(array, NormalizedPixels):
                object.__setattr__(self, name, read_only(array))


class NormalizedPixels:
    """Images that stay pixels, a byte each, and are normalized when some are taken, to the same bits.

    Like an array float [N, C, H, W] that is indexed by slices, or by arrays of indices: `images[5:8]`.
    `np.asarray(images)` is all of them, in memory.
    """

    ndim = 4

    def __init__(self, pixels: Pixels, mean: Statistic, std: Statistic, dtype: DTypeLike) -> None:
        self.base, self.dtype, self.shape = read_only(pixels), np.dtype(dtype), pixels.shape
        self._mean, self._std = mean, std

    def __len__(self) -> int:
        return len(self.base)

    def __getitem__(self, index: slice | NDArray[np.integer]) -> Images:
        return normalize_images(self.base[index], self._mean, self._std, self.dtype)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        return self[:].astype(dtype or self.dtype, copy=False)


ARRAY_NAMES = tuple(field.name for field in fields(NormalizedData) if field.name not in ("mean", "std"))


def pixel_statistics(dataset: Dataset, normalization: Normalization) -> tuple[Statistic, Statistic]:
    """Mean and standard deviation to normalize with, in units of pixel / 255.

    `unit` is (0, 1), which leaves pixel / 255; `standard` is that of all the training pixels, of each channel where
    there are several, exact up to the last rounding; `Standardize` gives them. Raises UsageError for another name,
    DataError when all pixels (of a channel) are equal.
    """
    if isinstance(normalization, Standardize):
        return normalization.mean, normalization.std
    if normalization not in NAMED:
        raise unknown("normalization", normalization, NAMED)
    if normalization == "unit":
        return 0.0, 1.0
    found = [_channel_statistics(dataset, channel) for channel in range(dataset.image_shape[0])]
    if len(found) == 1:
        return found[0]
    means, deviations = zip(*found, strict=True)
    return means, deviations


def _channel_statistics(dataset: Dataset, channel: int) -> tuple[float, float]:
    images = dataset.train_images
    counts = np.zeros(256, dtype=np.int64)
    for start in range(0, len(images), CHUNK):
        counts += np.bincount(images[start : start + CHUNK, channel].ravel(), minlength=256)
    # Python's integers have no bound, so the sums of squares are exact.
    histogram: list[int] = counts.tolist()
    count = sum(histogram)
    first = sum(n * value for value, n in enumerate(histogram))
    second = sum(n * value**2 for value, n in enumerate(histogram))
    variance = (count * second - first**2) / (count * 255) ** 2
    if variance == 0:
        which = f" of channel {channel + 1}" if dataset.image_shape[0] > 1 else ""
        raise DataError(
            f"Data set {dataset.source}: all training pixels{which} are equal, so their standard deviation is 0 and "
            "normalization 'standard' is not possible. Use normalization 'unit'."
        )
    return first / (count * 255), sqrt(variance)


def normalize_images(images: Pixels, mean: Statistic, std: Statistic, dtype: DTypeLike = np.float32) -> Images:
    """(pixel / 255 - mean) / std of images uint8 [N, C, H, W], or gray ones [N, H, W] or [H, W], as float32 or
    float64 [N, C, H, W].

    `mean` and `std` are numbers, or one for each channel. Raises DataError for other images, UsageError for another
    `dtype` or a `std` that is not above 0.
    """
    if images.ndim in (2, 3):
        images = images.reshape(-1, 1, *images.shape[-2:])
    if images.dtype != np.uint8 or images.ndim != 4:
        raise DataError(
            f"Images of type {images.dtype} and shape {list(images.shape)} cannot be normalized, where uint8 "
            "[N, C, H, W] is valid. Give the pixels as integers from 0 to 255."
        )
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise UsageError(f"dtype is {np.dtype(dtype)}, where float32 and float64 are valid.")
    channels = images.shape[1]
    means, deviations = (np.array(by_channel(values), dtype=np.float64) for values in (mean, std))
    if not (np.isfinite(means).all() and np.isfinite(deviations).all() and (deviations > 0).all()):
        raise UsageError(f"mean is {mean} and std {std}, where finite numbers, and a std above 0, are valid.")
    if not {means.size, deviations.size} <= {1, channels}:
        raise UsageError(f"mean is {mean} and std {std}, where one number is valid, or {channels}, one for a channel.")
    tables = ((np.arange(256) / 255 - means[:, None]) / deviations[:, None]).astype(dtype)
    result = np.empty(images.shape, dtype=dtype)
    for start in range(0, len(images), CHUNK):
        for channel in range(channels):
            table = tables[channel % len(tables)]
            result[start : start + CHUNK, channel] = table[images[start : start + CHUNK, channel]]
    return result


def normalize(
    dataset: Dataset,
    normalization: Normalization = "unit",
    dtype: DTypeLike = np.float32,
    statistics: tuple[Statistic, Statistic] | None = None,
) -> NormalizedData:
    """The arrays of `dataset` for training, with images of `dtype`, float32 or float64.

    `statistics` are mean and standard deviation in units of pixel / 255, where they are known; otherwise those of
    the training images, as `normalization` says, are used for all parts.
    """
    mean, std = pixel_statistics(dataset, normalization) if statistics is None else statistics
    parts: dict[str, Any] = {}
    for part in ("train", "test", "validation"):
        images = getattr(dataset, f"{part}_images")
        large = images.size * np.dtype(dtype).itemsize > LARGE
        make = NormalizedPixels if large else normalize_images
        parts[f"{part}_images"] = make(images, mean, std, dtype)
        parts[f"{part}_labels"] = getattr(dataset, f"{part}_labels").astype(np.int64)
    return NormalizedData(**parts, mean=mean, std=std)
