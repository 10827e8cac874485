"""Normalized arrays as files that are memory-mapped, so that all processes of a comparison share one copy."""

import mmap
import sys
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import IO, Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.normalize import ARRAY_NAMES, NormalizedData, NormalizedPixels
from mnist_compare.errors import DataError, OutputError
from mnist_compare.io.files import replacing
from mnist_compare.io.reading import file_size, read_file
from mnist_compare.recipe.normalization import Statistic, by_channel
from mnist_compare.recipe.recipe import MAX_CLASSES

STATISTICS_FILE = "statistics.json"
MAX_STATISTICS_BYTES = 10_000
MAX_ARRAY_BYTES = 20_000_000_000


class Statistics(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Mean and standard deviation of the normalization, in units of pixel / 255, and the type of the images where they
    lie there as pixels.
    """

    mean: Statistic
    std: Statistic
    dtype: Literal["float32", "float64"] = "float32"


def write_arrays(arrays: NormalizedData, folder: Path) -> None:
    """Write every array as .npy, and mean and standard deviation as JSON, into `folder`, which is made.

    Raises OutputError when a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ARRAY_NAMES:
            array = getattr(arrays, name)
            _write_array(folder / f"{name}.npy", array.base if isinstance(array, NormalizedPixels) else array)
        dtype = arrays.train_images.dtype.name
        statistics = msgspec.json.encode({"mean": arrays.mean, "std": arrays.std, "dtype": dtype})
        _write(folder / STATISTICS_FILE, lambda file: file.write(statistics))
    except OSError as error:
        raise OutputError(
            f"Cannot write the arrays into {folder}: {error.strerror}. Give a folder that can be written to, "
            "on a disk with enough space."
        ) from None


def write_array(array: NDArray[Any], path: Path) -> None:
    """Write one array as .npy, which `map_array` opens; raises OutputError where it cannot be written."""
    try:
        _write_array(path, array)
    except OSError as error:
        raise OutputError(f"Cannot write {path}: {error.strerror}. Make room on that disk.") from None


def open_arrays(folder: Path) -> NormalizedData:
    """The arrays that `write_arrays` left in `folder`, memory-mapped and read-only.

    Raises DataError naming the file that is missing, damaged, or does not hold such an array.
    """
    path = folder / STATISTICS_FILE
    try:
        statistics = msgspec.json.decode(read_file(path, MAX_STATISTICS_BYTES), type=Statistics)
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}. {_MEND}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"{path} does not hold a mean and a standard deviation: {error}. {_MEND}") from None
    means, deviations = by_channel(statistics.mean), by_channel(statistics.std)
    if not (all(map(isfinite, (*means, *deviations))) and all(deviation > 0 for deviation in deviations)):
        raise DataError(f"{path} holds mean {statistics.mean} and std {statistics.std}; std must be above 0. {_MEND}")
    arrays = {name: map_array(folder / f"{name}.npy") for name in ARRAY_NAMES}
    _check(folder, arrays)
    mean, std = statistics.mean, statistics.std
    made: dict[str, Any] = {
        name: NormalizedPixels(array, mean, std, statistics.dtype) if array.dtype == np.uint8 else array
        for name, array in arrays.items()
    }
    return NormalizedData(**made, mean=mean, std=std)


def release_pages(array: NDArray[Any] | NormalizedPixels) -> None:
    """Give back the memory that what was read of a mapped array takes; it is read again where it is needed again."""
    base: Any = array
    while base is not None and not isinstance(base, mmap.mmap):
        base = getattr(base, "base", None)
    if base is not None and sys.platform != "win32":
        base.madvise(mmap.MADV_DONTNEED)


_MEND = "Write the arrays again with write_arrays."


def _write_array(path: Path, array: NDArray[Any]) -> None:
    contiguous = np.ascontiguousarray(array)

    def write(file: IO[bytes]) -> None:
        np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(contiguous))
        file.write(contiguous.data)  # write_array would not say why a file cannot be written to its end

    _write(path, write)


def _write(path: Path, content: Callable[[IO[bytes]], object]) -> None:
    with replacing(path) as temporary, temporary.open("wb") as file:
        content(file)


def map_array(path: Path) -> NDArray[Any]:
    """The array of a .npy file, memory-mapped and read-only; raises DataError where it is none."""
    try:
        file_size(path, MAX_ARRAY_BYTES)
        with path.open("rb") as file:
            if np.lib.format.read_magic(file) != (1, 0):  # a header of version 2 may be of gigabytes
                raise ValueError("it is of another version of the .npy format")
        return np.asarray(np.lib.format.open_memmap(path, mode="r"))
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}. {_MEND}") from None
    # NumPy's parser raises exceptions of many kinds for damaged bytes, TokenError among them.
    except Exception as error:
        raise DataError(f"{path} is damaged, or holds no array that can be mapped: {error}. {_MEND}") from None


def _check(folder: Path, arrays: dict[str, NDArray[Any]]) -> None:
    shape = arrays["train_images"].shape[1:]
    for part in ("train", "test", "validation"):
        images, labels = arrays[f"{part}_images"], arrays[f"{part}_labels"]
        if images.dtype not in (np.uint8, np.float32, np.float64) or images.ndim != 4 or images.shape[1:] != shape:
            raise DataError(
                f"{folder / f'{part}_images.npy'} holds {images.dtype} {list(images.shape)}, where uint8, float32 or "
                f"float64 [N, C, H, W] is valid, with the same C, H and W in all files. {_MEND}"
            )
        if labels.dtype != np.int64 or labels.shape != images.shape[:1]:
            raise DataError(
                f"{folder / f'{part}_labels.npy'} holds {labels.dtype} {list(labels.shape)}, where int64 "
                f"[{len(images)}] is valid. {_MEND}"
            )
        if len(labels) and not 0 <= labels.min() <= labels.max() < MAX_CLASSES:
            raise DataError(
                f"{folder / f'{part}_labels.npy'} holds labels that are not from 0 to {MAX_CLASSES - 1}. {_MEND}"
            )
