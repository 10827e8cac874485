"""Data sets whose changed images would take too much memory as a whole, and as many of them as are asked for do not."""

from pathlib import Path

from mnist_compare.data.changes import ImageChanges, TooManyPixels
from mnist_compare.data.dataset import Dataset
from mnist_compare.data.sources import load_dataset
from mnist_compare.data.split import subset

UNTESTED = 1
"""So many test images a part has where others stand in their place: a data set has one at least."""


def load_changed(
    source: str | Path | Dataset,
    changes: ImageChanges | None,
    *,
    train_size: int | None = None,
    test_size: int | None = None,
    validation: int = 0,
    seed: int = 0,
    tested: bool = True,
) -> Dataset:
    """The data set with changed images: the whole, or a part of it (see `subset`) where the whole would be too large.

    The part has so many training images, and those for `validation` besides where the set brings none of its own. Where
    others stand in the place of the test images, it is not `tested`: one test image is enough then, though as many as
    are asked for must fit, since in the end the best setting is tested. Raises DataError where a part is too large.

    >>> load_changed("mnist", ImageChanges(resize=(224, 224), rgb=True), train_size=600, test_size=100)
    <Dataset mnist: 600 training and 100 test images of 3x224x224, 10 classes>
    """
    try:
        if not isinstance(source, Dataset):
            return load_dataset(source, changes)
        return source.changed(changes) if changes else source
    except TooManyPixels:
        if changes is None or (train_size is None and test_size is None):
            raise
    whole = source if isinstance(source, Dataset) else load_dataset(source)
    if train_size is not None and not whole.count("validation"):
        train_size = min(train_size + validation, whole.count("train"))
    part = subset(whole, train_size=train_size, test_size=test_size, seed=seed)
    if not tested:
        changes.check_size(part.test_images, f"Data set {whole.source}")
        part = subset(whole, train_size=train_size, test_size=UNTESTED, seed=seed)
    return part.described(notes=whole.notes).changed(changes)
