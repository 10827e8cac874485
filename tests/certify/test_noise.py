"""Copies of the reference that round otherwise: within the layers that compute much, too."""

import numpy as np
import pytest

from mnist_compare.architecture import GRU, LSTM, RNN, Architecture, Attention, Linear, Rows, SequenceMean
from mnist_compare.recipe import Recipe
from mnist_compare_numpy import NumpyExperiment
from mnist_compare_numpy.noise import NOISE

NETWORKS = [
    Architecture("rnn", (Rows(), RNN(8), Linear(10))),
    Architecture("lstm", (Rows(), LSTM(8), Linear(10))),
    Architecture("gru", (Rows(), GRU(8), Linear(10))),
    Architecture("gru_reset_before", (Rows(), GRU(8, reset="before"), Linear(10))),
    Architecture("attention", (Rows(), Attention(2), SequenceMean(), Linear(10))),
]


def through(kind, network):
    """What the second layer makes of blank images, and of a gradient of ones."""
    experiment = kind(network, Recipe(precision="float64"), seed=1, device="cpu")
    random = np.random.default_rng(3)
    experiment.restore({name: random.uniform(-1, 1, shape) for name, shape in network.parameters.items()}, None)
    module = list(experiment.modules.values())[1]
    made = module.forward(np.zeros((4, 28, 28)), training=True)
    return made, module.backward(np.ones_like(made))


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_rounding_adds_up_within_a_layer(network):
    """A layer of many operations is off by more than the rounding of what goes in and comes out."""
    exact = through(NumpyExperiment, network)
    for copy in ("rounding-1", "rounding-2"):
        for found, wanted in zip(through(NOISE[copy], network), exact, strict=True):
            off = np.abs(found - wanted).max() / np.abs(wanted).max()
            assert 1.5 * np.finfo(np.float64).eps < off < 1e-12
