"""The data: MNIST and sets of its shape, read, checked, split, normalized, and shared between processes.

`load_dataset` gives the pixels as they are, uint8; `subset` takes a stratified part; `normalize` makes the
float arrays that a network takes; `write_arrays` and `open_arrays` let many processes use one copy of them.
"""

from mnist_compare.data.changes import ImageChanges, find_changes
from mnist_compare.data.dataset import Dataset
from mnist_compare.data.holding_out import hold_out
from mnist_compare.data.idx import read_idx
from mnist_compare.data.normalize import NormalizedData, normalize, normalize_images, pixel_statistics
from mnist_compare.data.shared import open_arrays, release_pages, write_arrays
from mnist_compare.data.sources import load_dataset, with_test_share
from mnist_compare.data.split import stratified, subset

__all__ = [
    "Dataset",
    "ImageChanges",
    "NormalizedData",
    "find_changes",
    "hold_out",
    "load_dataset",
    "normalize",
    "normalize_images",
    "open_arrays",
    "pixel_statistics",
    "read_idx",
    "release_pages",
    "stratified",
    "subset",
    "with_test_share",
    "write_arrays",
]
