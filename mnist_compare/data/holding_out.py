"""Training images in the place of the test images: what settings are chosen by, so that the test images are not."""

from dataclasses import replace

import numpy as np

from mnist_compare.data.dataset import Dataset
from mnist_compare.data.split import stratified
from mnist_compare.errors import UsageError

PURPOSE = "hold out"


def hold_out(dataset: Dataset, size: float, seed: int) -> Dataset:
    """The data set with `size` of its training images, a stratified part, in the place of its test images.

    A `size` below 1 is a share of them. Raises UsageError where none is held out, or none is left to train on.

    >>> hold_out(load_dataset("mnist"), 0.1, seed=0)
    <Dataset mnist: 54,000 training and 6,000 test images>
    """
    available = len(dataset.train_labels)
    count = round(size * available) if 0 < size < 1 else int(min(size, available)) if size >= 1 else 0
    if not 1 <= count < available or (size >= 1 and count != size):
        raise UsageError(
            f"hold_out is {size:g}, of {available:,} training images: give a share above 0 and below 1, such as 0.1, "
            f"or a number from 1 to {available - 1:,}."
        )
    held = stratified(dataset.train_labels, count, seed, PURPOSE)
    kept = np.setdiff1d(np.arange(available), held, assume_unique=True)
    return replace(
        dataset,
        train_images=dataset.train_images[kept],
        train_labels=dataset.train_labels[kept],
        test_images=dataset.train_images[held],
        test_labels=dataset.train_labels[held],
    )
