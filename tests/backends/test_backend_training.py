from functools import cache

import numpy as np
import pytest
from backend_cases import OPTIMIZERS, STEPS, TUNED, VARIANTS, arrays, optimizer_recipe, training_cases

from mnist_compare.backend import backends
from mnist_compare.recipe import SGD
from mnist_compare_numpy import NumpyExperiment

CASES = list(training_cases())
WITH_COLOURED = (*CASES, "coloured")
LOSS_TOLERANCE = 1e-12
WEIGHT_TOLERANCE = 1e-11


def gaps(found, wanted):
    """The largest difference of every array, where names and shapes are the same."""
    assert found.keys() == wanted.keys()
    assert {key: array.shape for key, array in found.items()} == {key: array.shape for key, array in wanted.items()}
    return {key: np.abs(found[key] - wanted[key]).max() for key in wanted}


@pytest.mark.parametrize("name", WITH_COLOURED)
def test_losses_of_float64_training(framework, reference, name):
    """In float64 the loss of each step is the reference's."""
    found, wanted = (outcome.arrays[f"losses/float64/{name}"] for outcome in (framework, reference))
    assert len(found) == STEPS
    assert np.abs(found - wanted).max() <= LOSS_TOLERANCE * max(1, wanted.max())


@pytest.mark.parametrize("name", WITH_COLOURED)
def test_weights_of_float64_training(framework, reference, name):
    """After some steps in float64 all weights and running statistics are the reference's."""
    found = gaps(framework.under(f"weights/{name}"), reference.under(f"weights/{name}"))
    assert max(found.values()) <= WEIGHT_TOLERANCE, max(found, key=found.get)


@pytest.mark.parametrize("name", CASES)
def test_optimizer_slots_of_float64_training(framework, reference, name):
    """After some steps the momentum or the moments of every parameter are the reference's, and none is left out."""
    architecture, recipe = training_cases()[name]
    found = gaps(framework.under(f"slots/{name}"), reference.under(f"slots/{name}"))
    kinds = 2 if not isinstance(recipe.optimizer, SGD) else int(recipe.optimizer.momentum > 0)
    assert len(found) == kinds * len(architecture.parameters)
    assert max(found.values(), default=0) <= WEIGHT_TOLERANCE


@pytest.mark.parametrize("name", WITH_COLOURED)
def test_logits_of_a_trained_network(framework, reference, name):
    """A network that was trained in float64, with its running statistics, gives the reference's logits."""
    found, wanted = (outcome.arrays[f"logits/trained/{name}"] for outcome in (framework, reference))
    assert np.abs(found - wanted).max() <= WEIGHT_TOLERANCE * np.abs(wanted).max()


@pytest.mark.parametrize("name", ["mlp", "cnn", "lenet", "convnet"])
def test_losses_of_float32_training(framework, reference, name):
    """In float32, as documented, the losses of the steps are the reference's to three decimals."""
    found, wanted = (outcome.arrays[f"losses/float32/{name}"] for outcome in (framework, reference))
    assert np.abs(found - wanted).max() <= 1e-3


@cache
def loss_of_an_epoch(name):
    """The reference's training loss after an epoch of the network `strided` with an optimizer of this suite."""
    experiment = NumpyExperiment(VARIANTS["strided"], optimizer_recipe(name), seed=2, device="cpu")
    return experiment.fit(arrays("float64"), epochs=1)[0].train_loss


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_case_is_its_own(name):
    """The recipes of this suite are so different that a backend which took one for another would be found."""
    moved = [abs(loss_of_an_epoch(name) - loss_of_an_epoch(other)) for other in OPTIMIZERS if other != name]
    assert min(moved) > 1e6 * LOSS_TOLERANCE


def test_the_variants_use_what_the_documented_networks_do_not():
    """The invented networks have strides, overlapping windows, no bias, dropout on maps and norms of features."""
    shaped = [layer for variant in VARIANTS.values() for layer in variant.shaped_layers]
    kinds = {(p.layer.prefix, len(p.input_shape)) for p in shaped}
    assert {("dropout", 3), ("dropout", 1), ("norm", 3), ("norm", 1)} <= kinds
    assert any(p.layer.prefix == "conv" and p.layer.stride > 1 and p.layer.padding and not p.layer.bias for p in shaped)
    assert any(p.layer.prefix == "pool" and p.layer.step < p.layer.size for p in shaped)


@pytest.mark.parametrize("name", TUNED)
def test_a_plain_network_trains_the_same(framework, reference, name):
    """Without any pass the losses and weights are the reference's too, so the passes change nothing."""
    found, wanted = framework.arrays[f"losses/plain/{name}"], reference.arrays[f"losses/float64/{name}"]
    assert np.abs(found - wanted).max() <= LOSS_TOLERANCE * max(1, wanted.max())
    gap = gaps(framework.under(f"weights/plain/{name}"), reference.under(f"weights/{name}"))
    assert max(gap.values()) <= WEIGHT_TOLERANCE, max(gap, key=gap.get)


def test_each_pass_alone_trains_the_same(framework, reference):
    """No pass leans on another one for its results."""
    wanted = reference.arrays["losses/float64/cnn"]
    passes = backends()[framework.backend].passes
    assert len(passes) >= 4
    for name in passes:
        assert np.abs(framework.arrays[f"losses/{name}/cnn"] - wanted).max() <= LOSS_TOLERANCE * wanted.max(), name


def test_native_mode_draws_the_same_weights_whatever_the_tuning(framework):
    """So that plain and tuned runs of native mode begin alike."""
    tuned, plain = framework.under("native/tuned"), framework.under("native/plain")
    assert max(gaps(tuned, plain).values()) == 0
    assert tuned["conv1.weight"].any()


def test_a_checkpoint_loads_with_another_tuning(framework):
    """Weights and optimizer arrive in the plain network, bit by bit, and each says which passes it was built with."""
    tuned, plain = framework.under("handed/tuned"), framework.under("handed/plain")
    assert max(gaps(plain, tuned).values()) == 0
    with_passes, without = framework.facts["passes"]
    assert (
        {"relu-behind-pooling", "bias-behind-pooling"} <= set(with_passes) <= set(backends()[framework.backend].passes)
    )
    assert without == []
