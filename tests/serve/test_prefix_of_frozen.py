"""What the first layers of a network make of an image, where some of them were frozen in its training."""

import numpy as np
import pytest

from mnist_compare.backend import find_backend, reference_name
from mnist_compare.recipe import find_recipe
from mnist_compare.serve.prefix import PrefixExperiment


@pytest.mark.parametrize("freeze", ["body", "conv*", "linear1"])
def test_first_layers_of_a_network_that_was_trained_in_part(freeze):
    """The page shows them whichever layers stayed as they were: all of those that are looked at, or none of them."""
    whole = find_backend(reference_name()).load()("cnn", find_recipe("cnn").changed(freeze=(freeze,)))
    images = np.zeros((1, 1, 28, 28), np.float32)
    outputs = PrefixExperiment(whole, 1).outputs(images, whole.weights())
    assert outputs.shape == (1, *whole.architecture.shaped_layers[0].output_shape)
