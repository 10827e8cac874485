"""Images of several sizes, colours and classes, and a network of one's own that takes them."""

import numpy as np

from mnist_compare import Architecture, Dataset, Dropout, Flatten, Linear, MaxPooling
from mnist_compare.architecture import BatchNorm, Convolution, ReLU

SHAPES = {"colours": ((32, 32, 3), 10), "small": ((8, 8), 10), "letters": ((28, 28), 47), "two": ((64, 64, 1), 2)}
"""Height, width and channels of the images, and how many classes they have."""
BLOCK = (Convolution(4, 3, padding=1), BatchNorm(), ReLU(), MaxPooling(2))
OWN = Architecture("own", (*BLOCK, Dropout(0.2), Flatten(), Linear(20), ReLU(), Linear("classes")))
WITHOUT_DROPOUT = Architecture("own", tuple(layer for layer in OWN.layers if not isinstance(layer, Dropout)))


def made(shape, classes, size=100):
    """One picture for each class, with noise, so that a few steps learn something."""
    rng = np.random.default_rng(classes)
    pictures, labels = rng.integers(0, 256, (classes, *shape)), np.arange(size) % classes
    images = np.clip(pictures[labels] + rng.normal(0, 30, (size, *shape)), 0, 255).astype(np.uint8)
    return Dataset.from_arrays(images, labels, images[: size // 2], labels[: size // 2], source="made")
