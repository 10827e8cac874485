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


def test_from_arrays_refuses_floats_of_two_meanings():
    """Floats from 0 to 1 could be pixels or shares of 255; fractions are no pixels and no labels."""
    refuse("float64 with values from 0 to 1, which may be pixels / 255", train_images=np.zeros((30, 28, 28)))
    refuse("float64 with values that are no whole numbers", train_images=np.full((30, 28, 28), 2.5))
    refuse("float64 with values that are no whole numbers", train_labels=np.full(30, 0.5))


@pytest.mark.parametrize("value", [-1, 256])
def test_from_arrays_refuses_pixels_out_of_range(value):
    """Pixels that do not fit into a byte are refused rather than cut."""
    images = np.zeros((30, 28, 28), dtype=np.int32)
    images[3, 4, 5] = value
    refuse("0 to 255 are valid", train_images=images)


@pytest.mark.parametrize("value", [-1, 1000, 65536])
def test_from_arrays_refuses_labels_out_of_range(value):
    """Labels are checked before they are made small integers, so 65536 is not taken for 0."""
    labels = np.zeros(20, dtype=np.int64)
    labels[11] = value
    refuse(rf"test_labels\[11\] is {value}", test_labels=labels)


@pytest.mark.parametrize("shape", [(30, 5, 32, 32), (30,), (30, 28, 28, 2), (30, 783), (30, 1, 1, 1, 1)])
def test_from_arrays_refuses_other_shapes(shape):
    """Other shapes of images are refused with the valid ones."""
    refuse(r"\[N, H, W\], \[N, C, H, W\]", train_images=np.zeros(shape, dtype=np.uint8))


def test_from_arrays_refuses_a_shape_of_two_meanings():
    """Where both the second and the last number could be that of the channels, nothing is guessed."""
    refuse(r"can be read as \[N, C, H, W\] and as \[N, H, W, C\]", train_images=np.zeros((30, 3, 28, 3), np.uint8))


def test_from_arrays_refuses_rows_that_are_not_one_hot():
    """Labels with several axes are taken only where each row has a single 1."""
    refuse(r"shape \[30, 10\], where \[N\]", train_labels=np.full((30, 10), 0.1).round())
    refuse(r"shape \[30, 2\]", train_labels=np.ones((30, 2), int))


@pytest.mark.parametrize("labels", [lambda y: y[:, None], lambda y: y.astype(np.float32), lambda y: np.eye(10)[y]])
def test_from_arrays_takes_labels_of_other_forms(labels):
    """A column, whole floats and one-hot rows mean the same labels."""
    y = np.arange(10)
    dataset = Dataset.from_arrays(CONTENT, labels(y), CONTENT.astype(np.float64), labels(y))
    assert_same(dataset, [CONTENT, y, CONTENT, y])


def test_shape_and_number_of_classes_come_from_the_data():
    """Channels may come last; classes are the names, or one more than the largest label in any part, two at least."""
    images = np.random.default_rng(3).integers(0, 256, (4, 20, 12, 3))
    coloured = Dataset.from_arrays(images, [0, 3, 1, 2], images[:2], [[46], [0]])
    assert (coloured.image_shape, coloured.class_count) == ((3, 20, 12), 47)
    assert np.array_equal(coloured.train_images, images.transpose(0, 3, 1, 2))
    assert repr(coloured) == "<Dataset arrays: 4 training and 2 test images of 3x20x12, 47 classes>"
    assert Dataset.from_arrays(images, [0] * 4, images[:1], [0]).class_count == 2
    assert Dataset.from_arrays(images, [0] * 4, images[:1], [0], classes=["a", "b", "c"]).class_count == 3
    many = Dataset.from_arrays(images, [999, 0, 0, 0], images[:1], [0])
    assert (many.class_count, many.train_labels.dtype) == (1000, np.uint16)


def test_parts_of_other_shapes_are_refused():
    """The test images must be of the size and channels of the training images."""
    refuse("test_images holds images of 1x14x56, where those of the training", test_images=np.zeros((20, 14, 56), int))


def test_a_label_without_a_name_is_refused():
    """Where classes have names, a label beyond them is an error that says where it stands."""
    images = np.zeros((2, 8, 8), np.uint8)
    with pytest.raises(DataError, match=r"train_labels\[1\] is 2, where labels from 0 to 1 are valid"):
        Dataset.from_arrays(images, [0, 2], images, [0, 1], classes=["no", "yes"])


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
