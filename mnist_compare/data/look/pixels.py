"""Pixels that look as if they were scaled, inverted, or are all alike."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.dataset import Dataset
from mnist_compare.data.look.data_warning import DataWarning, counted, first_indices

NARROW = 64
"""Values of 256: a range below that is narrow."""
LIGHT = 127
"""A background above that is light."""
LIGHT_BACKGROUND = "Light background"
BRIGHTEST_INSIDE = 0.75
"""A set has a light background where at least so large a share of its images has one."""


def constant_images(dataset: Dataset) -> list[DataWarning]:
    """Images whose pixels are all equal: each part alone."""
    found = []
    for word, part in (("training", "train"), ("test", "test")):
        flat = _flat(getattr(dataset, f"{part}_images"))
        indices = np.flatnonzero(flat.min(axis=1) == flat.max(axis=1)).tolist()
        if indices:
            found.append(
                DataWarning(
                    f"Blank {word} images",
                    f"{counted(len(indices), f'{word} image')} blank: all pixels of one are equal "
                    f"({first_indices(f'{part}_images', indices)}).",
                    "Nothing can be learnt from them, or be recognised in them.",
                    "Check how they were made, or take them out.",
                )
            )
    return found


def value_range(dataset: Dataset) -> list[DataWarning]:
    """Pixels that use a small part of 0 to 255."""
    low, high = int(dataset.train_images.min()), int(dataset.train_images.max())
    if high <= 1 and high > low:
        return [
            DataWarning(
                "Pixels are 0 and 1",
                "All training pixels are 0 or 1, where 0 to 255 are valid.",
                "Divided by 255, as all pixels are, the images are almost black.",
                "Multiply them by 255, unless the images have been divided by 255 and rounded: then make them again.",
            )
        ]
    if 0 < high - low < NARROW:
        return [
            DataWarning(
                "Narrow range of pixels",
                f"All training pixels are from {low} to {high}, of 0 to 255.",
                "The images have little contrast, which slows training down.",
                'Stretch them to 0 to 255, or train with normalization = "standard".',
            )
        ]
    return []


def light_background(dataset: Dataset) -> list[DataWarning]:
    """Gray images that are dark on light, where MNIST and its relatives are light on dark."""
    images = dataset.train_images
    if images.shape[1] != 1:
        return []
    border = np.concatenate(
        [_flat(images[..., :1, :]), _flat(images[..., -1:, :]), _flat(images[..., :1]), _flat(images[..., -1:])], axis=1
    )
    light = np.median(border, axis=1) > LIGHT
    darker_inside = _flat(images).mean(axis=1) < np.median(border, axis=1)
    share = float((light & darker_inside).mean())
    if share < BRIGHTEST_INSIDE:
        return []
    return [
        DataWarning(
            LIGHT_BACKGROUND,
            f"The border of {100 * share:.0f} % of the training images is light, and their inside darker.",
            "MNIST is light on dark: a network that was trained on one reads the other badly.",
            "Invert them (`--invert`), unless all images that the network will read are dark on light.",
        )
    ]


def _flat(images: NDArray[Any]) -> NDArray[Any]:
    return images.reshape(len(images), -1)
