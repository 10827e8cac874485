import numpy as np
import pytest
from idx_files import small_arrays, small_dataset

from mnist_compare.data import Dataset, normalize, normalize_images, pixel_statistics, subset
from mnist_compare.errors import DataError, UsageError
from mnist_compare.recipe import Standardize

ALL_PIXELS = np.arange(784, dtype=np.uint32).astype(np.uint8).reshape(1, 28, 28)


def test_unit_statistics():
    """`unit` leaves pixel / 255: mean 0 and standard deviation 1."""
    assert pixel_statistics(small_dataset(), "unit") == (0.0, 1.0)


def test_standard_statistics(mnist):
    """`standard` are the known mean and standard deviation of MNIST's training pixels."""
    mean, std = pixel_statistics(mnist, "standard")
    assert (round(mean, 4), round(std, 4)) == (0.1307, 0.3081)
    assert mean == pytest.approx((mnist.train_images / 255.0).mean(), rel=1e-12)


def test_standard_statistics_equal_the_direct_formula():
    """Mean and standard deviation agree with NumPy's, computed over the pixels one by one, of the training set."""
    dataset = small_dataset()
    pixels = dataset.train_images / 255.0
    mean, std = pixel_statistics(dataset, "standard")
    assert mean == pytest.approx(pixels.mean(), rel=1e-14)
    assert std == pytest.approx(pixels.std(), rel=1e-14)


def test_unknown_normalization():
    """Another name is a UsageError with the valid ones."""
    with pytest.raises(UsageError, match=r"Did you mean 'standard'.*unit, standard"):
        pixel_statistics(small_dataset(), "standart")


def test_given_statistics():
    """A recipe that gives mean and deviation has them for every set: 0 and 255 become what its author wrote."""
    arrays = normalize(small_dataset(), Standardize(0.5, 0.5), np.float64)
    assert (arrays.mean, arrays.std) == (0.5, 0.5)
    assert arrays.train_images == pytest.approx(small_dataset().train_images / 127.5 - 1, abs=1e-15)


def test_equal_pixels_cannot_be_standardized():
    """A set of blank images is refused by `standard`, and taken by `unit`."""
    arrays = small_arrays()
    arrays[0][:] = 7
    dataset = Dataset("blank", *arrays)
    with pytest.raises(DataError, match="standard deviation is 0"):
        normalize(dataset, "standard")
    assert normalize(dataset, "unit").train_images.max() == np.float32(7 / 255)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, "float32", "float64"])
@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (0.1307, 0.3081)])
def test_values_equal_the_direct_formula(dtype, mean, std):
    """Every pixel value becomes (pixel / 255 - mean) / std, rounded once, bit for bit."""
    direct = ((ALL_PIXELS.astype(np.float64) / 255 - mean) / std).astype(dtype)
    found = normalize_images(ALL_PIXELS, mean, std, dtype)
    assert found.dtype == np.dtype(dtype)
    assert found.tobytes() == direct.tobytes()


@pytest.mark.parametrize("shape", [(28, 28), (2500, 28, 28), (2, 3, 9, 5), (0, 28, 28)])
def test_shapes(shape):
    """One image, many or none become [N, C, H, W] in their order."""
    images = np.random.default_rng(4).integers(0, 256, shape, dtype=np.uint8)
    found = normalize_images(images, 0.0, 1.0)
    assert found.shape == (shape if len(shape) == 4 else (images.size // 784, 1, 28, 28))
    assert np.array_equal(found.ravel(), (images.ravel() / 255).astype(np.float32))


@pytest.mark.parametrize("images", [ALL_PIXELS / 255, ALL_PIXELS.reshape(784), ALL_PIXELS.astype(int)])
def test_other_images_are_refused(images):
    """Images that are not uint8 are a DataError, and so is what has no height and width."""
    with pytest.raises(DataError, match="cannot be normalized"):
        normalize_images(images, 0.0, 1.0)


@pytest.mark.parametrize("dtype", [np.float16, np.int32])
def test_other_types_are_refused(dtype):
    """Only float32 and float64 are made."""
    with pytest.raises(UsageError, match="float32 and float64 are valid"):
        normalize_images(ALL_PIXELS, 0.0, 1.0, dtype)


@pytest.mark.parametrize(("mean", "std"), [(0.0, 0.0), (0.0, -1.0), (float("nan"), 1.0), (0.0, float("inf"))])
def test_impossible_statistics_are_refused(mean, std):
    """A standard deviation that is not above 0, or a number that is not finite, is a UsageError."""
    with pytest.raises(UsageError, match="std above 0"):
        normalize_images(ALL_PIXELS, mean, std)


def test_normalize():
    """All parts are normalized by the training set's statistics; labels become int64; all is read-only."""
    dataset = subset(small_dataset(), validation=10)
    arrays = normalize(dataset, "standard", np.float64)
    assert (arrays.mean, arrays.std) == pixel_statistics(dataset, "standard")
    for part, size in (("train", 20), ("test", 20), ("validation", 10)):
        images, labels = getattr(arrays, f"{part}_images"), getattr(arrays, f"{part}_labels")
        pixels = getattr(dataset, f"{part}_images")
        assert images.shape == (size, 1, 28, 28)
        assert np.array_equal(images, (pixels / 255 - arrays.mean) / arrays.std)
        assert labels.dtype == np.int64
        assert np.array_equal(labels, getattr(dataset, f"{part}_labels"))
        assert not images.flags.writeable
        assert not labels.flags.writeable


def test_normalize_with_given_statistics():
    """Statistics that are given, such as those of the whole set for a part of it, are used as they are."""
    arrays = normalize(small_dataset(), "standard", statistics=(0.25, 0.5))
    assert (arrays.mean, arrays.std) == (0.25, 0.5)
    assert arrays.train_images.dtype == np.float32


def coloured():
    images = np.random.default_rng(5).integers(0, 256, (9, 3, 6, 5), dtype=np.uint8)
    images[:, 1] //= 4
    return Dataset("coloured", images, np.arange(9, dtype=np.uint8), images, np.arange(9, dtype=np.uint8))


def test_each_channel_is_standardized_by_itself():
    """Of coloured images mean and standard deviation are those of each channel."""
    arrays = normalize(coloured(), "standard", np.float64)
    pixels = coloured().train_images / 255
    assert arrays.mean == pytest.approx(pixels.mean((0, 2, 3)), rel=1e-14)
    assert arrays.std == pytest.approx(pixels.std((0, 2, 3)), rel=1e-14)
    assert arrays.train_images.mean((0, 2, 3)) == pytest.approx(np.zeros(3), abs=1e-14)


def test_given_statistics_of_each_channel():
    """A recipe may give a mean and a deviation for each channel, or one for all."""
    given = normalize(coloured(), Standardize([0.1, 0.2, 0.3], 0.5), np.float64)
    wanted = (coloured().train_images / 255 - np.array([0.1, 0.2, 0.3])[:, None, None]) / 0.5
    assert given.train_images == pytest.approx(wanted, abs=1e-15)
    with pytest.raises(UsageError, match="one number is valid, or 3"):
        normalize(coloured(), Standardize([0.1, 0.2], [0.5, 0.5]))
