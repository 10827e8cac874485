"""Makes small data sets, and IDX files from arrays."""

import gzip
import struct
from pathlib import Path

import numpy as np

from mnist_compare.data import Dataset

NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def idx_bytes(array, element=0x08, shape=None):
    sizes = array.shape if shape is None else shape
    return struct.pack(f">BBBB{len(sizes)}I", 0, 0, element, len(sizes), *sizes) + array.tobytes()


def small_arrays(train=30, test=20):
    """Random pixels; the labels count through the digits."""
    generator = np.random.default_rng(1)
    return [
        generator.integers(0, 256, (train, 28, 28), dtype=np.uint8),
        (np.arange(train) % 10).astype(np.uint8),
        generator.integers(0, 256, (test, 28, 28), dtype=np.uint8),
        (np.arange(test) % 10).astype(np.uint8),
    ]


def small_dataset(train=30, test=20):
    return Dataset("small", *small_arrays(train, test))


def write_folder(folder: Path, arrays, dotted=False, compressed=False):
    folder.mkdir(exist_ok=True)
    for name, array in zip(NAMES, arrays, strict=True):
        spelled = name.replace("-idx", ".idx") if dotted else name
        content = idx_bytes(array)
        path = folder / (f"{spelled}.gz" if compressed else spelled)
        path.write_bytes(gzip.compress(content) if compressed else content)
    return folder


def assert_same(dataset, arrays):
    found = (dataset.train_images, dataset.train_labels, dataset.test_images, dataset.test_labels)
    for one, other in zip(found, arrays, strict=True):
        assert one.dtype == np.uint8
        assert np.array_equal(one, np.reshape(other, one.shape))
