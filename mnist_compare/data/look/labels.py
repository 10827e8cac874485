"""Labels that are missing, rare, or stand in order."""

import numpy as np

from mnist_compare.data.dataset import Dataset
from mnist_compare.data.look.data_warning import DataWarning

IMBALANCED = 10
"""The largest class has so many times the training images of the smallest."""
SHUFFLED = 0.2
"""Of the changes from label to label that an order by chance has, an order by class has at most such a share."""
FEWEST = 100
"""Images of which the order says something."""
MOST_NAMED = 5


def missing_classes(dataset: Dataset) -> list[DataWarning]:
    """Classes without an image in a part."""
    found = []
    for word, part, effect in (
        ("training", "train", "Nothing can be learnt of them."),
        ("test", "test", "The test accuracy says nothing of them."),
    ):
        counts = _counts(dataset, part)
        empty = np.flatnonzero(counts == 0).tolist()
        if empty:
            named = ", ".join(map(str, empty[:MOST_NAMED])) + (", ..." if len(empty) > MOST_NAMED else "")
            verb = "has" if len(empty) == 1 else "have"
            found.append(
                DataWarning(
                    f"Classes without {word} images",
                    f"{len(empty):,} of {len(counts):,} classes {verb} no {word} image (labels {named}).",
                    effect,
                    "Check the labels, or give images of these.",
                )
            )
    return found


def imbalance(dataset: Dataset) -> list[DataWarning]:
    """One class with many more training images than another."""
    counts = _counts(dataset, "train")
    if not counts.all() or counts.max() < IMBALANCED * counts.min():
        return []
    return [
        DataWarning(
            "Classes of very different size",
            f"Class {counts.argmax()} has {counts.max():,} training images, class {counts.argmin()} has "
            f"{counts.min():,}.",
            "A network may be accurate on the whole and miss the small classes.",
            "Look at the accuracy per class, or give class_weights in the recipe.",
        )
    ]


def ordered_labels(dataset: Dataset) -> list[DataWarning]:
    """Training images that stand class by class."""
    labels = dataset.train_labels.astype(np.int64)
    shares = _counts(dataset, "train") / len(labels)
    by_chance = 1 - float((shares**2).sum())
    changes = float((np.diff(labels) != 0).mean()) if len(labels) > 1 else 1.0
    if len(labels) < FEWEST or by_chance == 0 or changes >= SHUFFLED * by_chance:
        return []
    return [
        DataWarning(
            "Training images in order of their labels",
            f"The training images stand class by class: {100 * changes:.1f} % of them have another label than the one "
            f"before, where a random order has {100 * by_chance:.0f} %.",
            "Without shuffling, a batch holds one class, and the network forgets the others.",
            "Train with shuffle = true in the recipe, or shuffle the images.",
        )
    ]


def _counts(dataset: Dataset, part: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Images of each class."""
    return np.bincount(getattr(dataset, f"{part}_labels"), minlength=dataset.class_count)
