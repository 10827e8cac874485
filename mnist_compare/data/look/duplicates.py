"""Images that are there twice, bit by bit."""

from hashlib import blake2b
from typing import Any

from numpy.typing import NDArray

from mnist_compare.data.dataset import Dataset
from mnist_compare.data.look.data_warning import DataWarning, counted, first_indices

DIGEST_BYTES = 16
Digests = list[bytes]


def duplicates(dataset: Dataset) -> list[DataWarning]:
    """Test images that are among the training images, and images that are repeated within a part."""
    train, test = _digests(dataset.train_images), _digests(dataset.test_images)
    return [*_leaked(train, test), *_repeated("training", "train", train), *_repeated("test", "test", test)]


def _digests(images: NDArray[Any]) -> Digests:
    return [blake2b(image.data, digest_size=DIGEST_BYTES).digest() for image in images]


def _leaked(train: Digests, test: Digests) -> list[DataWarning]:
    seen = set(train)
    found = [index for index, digest in enumerate(test) if digest in seen]
    if not found:
        return []
    return [
        DataWarning(
            "Test images among the training images",
            f"{counted(len(found), 'test image')} among the training images too, bit by bit "
            f"({first_indices('test_images', found)}).",
            "A network may know them by heart, so its test accuracy is too good.",
            "Take them out of one of the two parts.",
        )
    ]


def _repeated(word: str, part: str, digests: Digests) -> list[DataWarning]:
    seen: set[bytes] = set()
    found = []
    for index, digest in enumerate(digests):
        if digest in seen:
            found.append(index)
        seen.add(digest)
    if not found:
        return []
    return [
        DataWarning(
            f"Repeated {word} images",
            f"{counted(len(found), f'{word} image')} the same as an earlier one, bit by bit "
            f"({first_indices(f'{part}_images', found)}).",
            "Repeated images count more than others.",
            "Take the copies out, unless they are meant.",
        )
    ]
