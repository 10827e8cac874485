import numpy as np
import pytest
from idx_files import assert_same, small_arrays, small_dataset

from mnist_compare.data import Dataset
from mnist_compare.errors import DataError

CONTENT = np.random.default_rng(2).integers(0, 256, (10, 28, 28), dtype=np.uint8)


@pytest.mark.parametrize("shape", [(10, 28, 28), (10, 28, 28, 1), (10, 1, 28, 28), (10, 784)])
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.uint16])
def test_from_arrays(shape, dtype):
    """Images of the four usual shapes and of any integer type are taken."""
    images = CONTENT.astype(dtype).reshape(shape)
    labels = np.arange(10, dtype=dtype)
    dataset = Dataset.from_arrays(images, labels, images, labels)
    assert_same(dataset, [CONTENT, np.arange(10), CONTENT, np.arange(10)])


def test_from_arrays_copies():
    """A data set does not change with the arrays that it was made from, and they stay writeable."""
    arrays = small_arrays()
    dataset = Dataset.from_arrays(*arrays)
    arrays[0][:] = 0
    assert dataset.train_images.any()


def refuse(message, **changes):
    arrays = dict(zip(("train_images", "train_labels", "test_images", "test_labels"), small_arrays(), strict=True))
    with pytest.raises(DataError, match=message):
        Dataset.from_arrays(**(arrays | changes))


def test_from_arrays_refuses_floats():
    """Float images and labels are refused, since pixels are integers from 0 to 255."""
    refuse("float64.*integers from 0 to 255", train_images=np.zeros((30, 28, 28)))
    refuse("float64.*whole numbers from 0 to 9", train_labels=np.zeros(30))


@pytest.mark.parametrize("value", [-1, 256])
def test_from_arrays_refuses_pixels_out_of_range(value):
    """Pixels that do not fit into a byte are refused rather than cut."""
    images = np.zeros((30, 28, 28), dtype=np.int32)
    images[3, 4, 5] = value
    refuse("0 to 255 are valid", train_images=images)


@pytest.mark.parametrize("value", [-1, 10, 256, 261])
def test_from_arrays_refuses_labels_out_of_range(value):
    """Labels are checked before they are made bytes, so 261 is not taken for 5."""
    labels = np.zeros(20, dtype=np.int64)
    labels[11] = value
    refuse(rf"test_labels\[11\] is {value}", test_labels=labels)


@pytest.mark.parametrize("shape", [(30, 32, 32), (28, 28), (30, 28, 28, 3), (30, 783)])
def test_from_arrays_refuses_other_shapes(shape):
    """Other shapes of images are refused with the valid ones."""
    refuse(r"\[N, 28, 28, 1\]", train_images=np.zeros(shape, dtype=np.uint8))


def test_from_arrays_refuses_one_hot_labels():
    """Labels with more than one axis are refused."""
    refuse(r"shape \[30, 10\], where \[N\]", train_labels=np.eye(10, dtype=np.uint8).repeat(3, 0))


def test_from_arrays_refuses_an_empty_set():
    """A set without a test image is refused."""
    none = np.empty((0, 28, 28), dtype=np.uint8)
    refuse("test_images holds no image", test_images=none, test_labels=np.empty(0, dtype=np.uint8))


def test_dataset_takes_only_bytes():
    """The constructor itself converts nothing."""
    arrays = small_arrays()
    with pytest.raises(DataError, match="type int64, where uint8 is valid"):
        Dataset("wide", arrays[0].astype(np.int64), *arrays[1:])


def test_fingerprint_depends_on_content_alone():
    """The fingerprint is the same for another source, and another for one other pixel, label or shape."""
    arrays = small_arrays()
    fingerprint = small_dataset().fingerprint
    assert Dataset("other", *arrays).fingerprint == fingerprint
    fingerprints = {fingerprint, Dataset("small", arrays[0][:20], arrays[1][:20], *arrays[2:]).fingerprint}
    for array in arrays:
        array.flat[0] ^= 1
        fingerprints.add(Dataset("small", *arrays).fingerprint)
    assert len(fingerprints) == 6


def test_fingerprint_of_mnist(mnist):
    """The fingerprint of the embedded set never changes, so records of different versions can be compared."""
    arrays = (mnist.train_images, mnist.train_labels, mnist.test_images, mnist.test_labels)
    computed = Dataset("mine", *arrays).fingerprint
    assert mnist.fingerprint == computed == "4179b8b097b10108fac920cf2f101433b422e0e6d2a6b82fa5584387edfd4322"
