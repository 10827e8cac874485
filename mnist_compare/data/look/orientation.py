"""Digits that lie on their side: rows and columns exchanged, as EMNIST is published."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.dataset import Dataset
from mnist_compare.data.look.data_warning import DataWarning
from mnist_compare.data.sources import embedded_array

FEWEST = 5
"""Images of each digit that make a mean."""
ALIKE = 0.75
"""The mean images of a set of digits correlate at least so much with those of MNIST."""
BETTER = 0.15
"""Upright and transposed digits differ at least so much in that."""
SIDE = 28


def transposed_digits(dataset: Dataset) -> list[DataWarning]:
    """Ten classes whose mean images are those of MNIST's digits once rows and columns are exchanged."""
    found = _mean_images(dataset.train_images, dataset.train_labels)
    if found is None:
        return []
    images, labels = embedded_array("t10k-images-idx3-ubyte.gz"), embedded_array("t10k-labels-idx1-ubyte.gz")
    digits = _mean_images(images[:, None], labels)
    assert digits is not None
    upright, transposed = _likeness(found, digits), _likeness(found.transpose(0, 2, 1), digits)
    if transposed < ALIKE or transposed - upright < BETTER:
        return []
    return [
        DataWarning(
            "Digits that look transposed",
            f"With rows and columns exchanged the images resemble MNIST's digits (mean correlation {transposed:.2f}) "
            f"more than as they are ({upright:.2f}).",
            "A network that is trained on them reads upright digits badly.",
            "Exchange rows and columns: images.swapaxes(-1, -2) of an array.",
        )
    ]


def _mean_images(images: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.float64] | None:
    """Those of ten classes, [10, 28, 28]; None where the images are not such."""
    counts = np.bincount(labels, minlength=10)
    if images.shape[1:] != (1, SIDE, SIDE) or len(counts) != 10 or counts.min() < FEWEST:
        return None
    gray = images[:, 0]
    return np.stack([gray[labels == digit].mean(axis=0) for digit in range(10)])


def _likeness(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """The mean, over the digits, of the correlation of two mean images."""
    pairs = zip(a.reshape(10, -1), b.reshape(10, -1), strict=True)
    return float(np.mean([np.corrcoef(x, y)[0, 1] if np.ptp(x) else 0.0 for x, y in pairs]))
