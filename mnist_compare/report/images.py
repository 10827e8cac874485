"""What the images of a report are called: digits of MNIST, or classes of a data set of the user's own."""

from collections.abc import Iterable
from pathlib import PurePath

from mnist_compare.data.sources import MNIST, MNIST_FINGERPRINT
from mnist_compare.records.spec import DataSpec


def is_mnist(data: DataSpec) -> bool:
    """Whether the images are those of MNIST, wherever they were read."""
    return data.source == MNIST or data.fingerprint == MNIST_FINGERPRINT


def data_name(data: DataSpec) -> str:
    """MNIST, or the name of the data set's folder or file."""
    if is_mnist(data):
        return "MNIST"
    path = PurePath(data.source)
    return (path.stem if path.suffix == ".npz" else path.name) or data.source


def class_word(data: DataSpec) -> str:
    """What a label stands for: a digit in MNIST, a class elsewhere."""
    return "digit" if is_mnist(data) else "class"


def data_names(found: Iterable[DataSpec]) -> list[str]:
    """The data sets of a report, each once."""
    return list(dict.fromkeys(data_name(data) for data in found))
