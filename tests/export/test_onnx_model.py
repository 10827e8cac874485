"""Networks as ONNX files: what onnxruntime computes of them is what the network computes."""

import numpy as np
import onnxruntime
import pytest

from mnist_compare import Recipe
from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.certify.layer_networks import LAYER_NETWORKS
from mnist_compare.export.onnx import make_model
from mnist_compare_numpy import NumpyExperiment

LARGE = 3_000_000
NETWORKS = {
    **LAYER_NETWORKS,
    **{
        name: network.fitted_to((1, 28, 28), 10)
        for name, network in ARCHITECTURES.items()
        if not name.endswith("_imagenet") and network.fitted_to((1, 28, 28), 10).parameter_count < LARGE
    },
}


def trained(network):
    """Weights as training leaves them: no array has the same number everywhere."""
    rng = np.random.default_rng(5)
    experiment = NumpyExperiment(
        network, Recipe(loss="cross_entropy" if network.output == "logits" else "mean_squared_error"), seed=2
    )
    weights = experiment.weights()
    moved = {
        name: (array + rng.uniform(0.05, 0.2, array.shape) * (1 if name.endswith("var") else array.std() + 0.1)).astype(
            np.float32
        )
        for name, array in weights.items()
    }
    experiment.restore(moved, None)
    return experiment, moved


def answered(model, images):
    """What onnxruntime gives."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: images})[0]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_model_computes_what_the_network_computes(name):
    """Every kind of layer, and the documented networks, to a hundred-thousandth."""
    network = NETWORKS[name]
    experiment, weights = trained(network)
    images = np.random.default_rng(1).uniform(0, 1, (5, *network.input_shape)).astype(np.float32)
    wanted = experiment.logits(images)
    found = answered(make_model(network, weights), images)
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= 1e-5 * max(1.0, np.abs(wanted).max())
