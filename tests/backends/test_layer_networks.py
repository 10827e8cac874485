"""The small network around each kind of layer, in every backend."""

import numpy as np
import pytest
from layer_work import half_networks

from mnist_compare.architecture import Layer
from mnist_compare.certify.layer_networks import FAULT_NETWORKS, LAYER_NETWORKS
from mnist_compare.io.registry import classes

RELATIVE = 1e-12
OWN_MODULES = {"composition", "recurrent", "attention", "sequence"}
"""Files of a backend whose classes are in plain models: the frameworks have no such modules, or theirs give several
things, of which one is taken.
"""


@pytest.mark.parametrize("name", LAYER_NETWORKS)
def test_steps_around_a_layer(framework, reference, name):
    """In float64 losses, weights, slots (which add up gradients) and logits are the reference's after four steps."""
    found, wanted = (outcome.under(f"layer/{name}") for outcome in (framework, reference))
    assert found.keys() == wanted.keys()
    for key, array in wanted.items():
        assert found[key].shape == array.shape, key
        assert np.abs(found[key] - array).max() <= RELATIVE * max(1, np.abs(array).max()), key


@pytest.mark.parametrize("name", LAYER_NETWORKS)
def test_a_layer_takes_one_image(outcome, name):
    """An image alone gets the logits that it gets among others."""
    found = outcome.under(f"layer/{name}")
    assert np.abs(found["alone/"] - found["logits/"][:1]).max() <= RELATIVE * max(1, np.abs(found["logits/"]).max())


@pytest.mark.parametrize("name", LAYER_NETWORKS)
def test_a_layer_has_a_plain_model(framework, name):
    """The framework's own model of stock layers has the experiment's logits, and gives back the weights put in."""
    facts = framework.facts.get(f"layer/{name}/plain")
    if facts is None:
        pytest.skip(f"this suite does not know the models of {framework.backend}")
    assert facts["gap"] <= RELATIVE
    assert facts["back"]
    own = {home.rpartition(".")[2] for home in facts["homes"] if home.startswith("mnist_compare")}
    assert own <= OWN_MODULES


@pytest.mark.parametrize("name", [network.name for network in half_networks()])
def test_a_layer_is_trained_in_bfloat16(framework, reference, name):
    """Where the framework has bfloat16, networks of every kind of layer lose as in float64 but for its rounding."""
    losses = framework.facts.get(f"layer/{name}/bfloat16")
    if losses is None:
        pytest.skip(f"{framework.backend} refuses bfloat16 on a CPU")
    exact = reference.facts[f"layer/{name}/float64"]
    assert losses == pytest.approx(exact, abs=0.05)
    assert losses != exact


def test_every_kind_of_layer_has_a_network():
    """A kind that is added without a network of its own would be certified by nothing."""
    networks = [*LAYER_NETWORKS.values(), *FAULT_NETWORKS]
    used = {type(layer) for network in networks for layer in network.layers}
    own = {kind for kind in classes(Layer).values() if kind.__module__.startswith("mnist_compare.")}
    assert own <= used
