"""Images that are too many to be normalized all at once: the same training, to the same bits."""

import sys

import numpy as np
import pytest

from mnist_compare.data import load_dataset, normalize, open_arrays, subset, write_arrays
from mnist_compare.data.normalize import NormalizedPixels
from mnist_compare.experiment import device_images
from mnist_compare_numpy import NumpyExperiment


@pytest.fixture
def small(monkeypatch):
    """Few images, which count as many: 40 are on the device at a time."""
    data = subset(load_dataset("mnist"), train_size=300, test_size=100, validation=50)
    resident = normalize(data, "standard")
    monkeypatch.setattr(sys.modules["mnist_compare.data.normalize"], "LARGE", 1000)
    monkeypatch.setattr(device_images, "PIECE_BYTES", 40 * 28 * 28 * 4)
    return resident, normalize(data, "standard")


def test_images_that_stay_pixels_are_the_same_numbers(small):
    """Whatever part of them is taken."""
    resident, large = small
    assert isinstance(large.train_images, NormalizedPixels)
    assert large.train_images.shape == resident.train_images.shape
    for index in (slice(3, 9), np.array([5, 5, 299])):
        assert np.array_equal(large.train_images[index], resident.train_images[index])
    assert np.array_equal(np.asarray(large.test_images), resident.test_images)


def test_a_training_on_them_ends_with_the_same_bits(small):
    """Weights, losses and every metric, with dropout and batches that leave some over."""
    found = []
    for arrays in small:
        experiment = NumpyExperiment("convnet", seed=3)
        experiment.recipe = experiment.recipe.changed(batch_size=32, epochs=2)
        results = experiment.fit(arrays)
        told = [(one.train_loss, one.test_loss, one.validation_loss, one.step_losses) for one in results]
        found.append((experiment.weights(), told))
    (weights, results), (others, other_results) = found
    assert results == other_results
    assert all(np.array_equal(weights[name], others[name]) for name in weights)


def test_workers_map_the_pixels(small, tmp_path):
    """A file of a byte for each, which gives the same numbers there."""
    _, large = small
    write_arrays(large, tmp_path / "arrays")
    assert np.load(tmp_path / "arrays" / "train_images.npy").dtype == np.uint8
    opened = open_arrays(tmp_path / "arrays")
    assert np.array_equal(opened.train_images[:20], large.train_images[:20])
    assert (opened.mean, opened.std) == (large.mean, large.std)
