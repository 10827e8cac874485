"""All that a look at a data set warns of."""

from mnist_compare.data.dataset import Dataset
from mnist_compare.data.look.data_warning import DataWarning
from mnist_compare.data.look.duplicates import duplicates
from mnist_compare.data.look.labels import imbalance, missing_classes, ordered_labels
from mnist_compare.data.look.orientation import transposed_digits
from mnist_compare.data.look.pixels import constant_images, light_background, value_range
from mnist_compare.data.sources import MNIST_FINGERPRINT

CHECKS = (
    duplicates,
    constant_images,
    value_range,
    light_background,
    missing_classes,
    imbalance,
    ordered_labels,
    transposed_digits,
)


def data_warnings(dataset: Dataset) -> tuple[DataWarning, ...]:
    """What may be wrong with the training and test images and their labels, the gravest first.

    MNIST is known, and not looked at.

    >>> data_warnings(load_dataset("mnist"))
    ()
    """
    if dataset.fingerprint == MNIST_FINGERPRINT:
        return ()
    return tuple(warning for check in CHECKS for warning in check(dataset))
