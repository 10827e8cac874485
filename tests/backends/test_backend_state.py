import numpy as np
import pytest
from backend_cases import HANDED_OVER, RESUMED, SAME_KINDS, VARIANTS, few_arrays, invented_weights

from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.experiment.checkpoint import read_checkpoint
from mnist_compare_numpy import NumpyExperiment

NETWORKS = {name: network for name, network in (ARCHITECTURES | VARIANTS).items() if name not in SAME_KINDS}
TOLERANCE = 1e-11


def assert_same(found, wanted, tolerance=0.0):
    assert found.keys() == wanted.keys()
    for key, array in wanted.items():
        assert found[key].shape == array.shape, key
        assert np.abs(found[key] - array).max() <= tolerance, key


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_come_out_as_they_went_in(outcome, name):
    """Weights that are restored come out bit for bit under their canonical names, shapes and float64."""
    found = outcome.under(f"restored/{name}")
    assert_same(found, invented_weights(NETWORKS[name]))
    assert {array.dtype for array in found.values()} == {np.dtype(np.float64)}


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_are_copies(outcome, name):
    """Writing into the arrays that weights() gives does not change the network."""
    assert_same(outcome.under(f"after_writing/{name}"), outcome.under(f"restored/{name}"))


@pytest.mark.parametrize("name", HANDED_OVER)
def test_a_checkpoint_of_the_reference_loads(outcome, reference, name):
    """A checkpoint that the reference has written loads into every backend with each bit of weights and optimizer."""
    _, weights, slots = read_checkpoint(reference.folder / name / "epoch-001.safetensors")
    assert_same(outcome.under(f"loaded/weights/{name}"), weights)
    assert_same(outcome.under(f"loaded/slots/{name}"), slots)
    assert len(slots) >= len(VARIANTS["strided"].parameters)


@pytest.mark.parametrize("name", HANDED_OVER)
def test_training_goes_on_from_the_reference(outcome, reference, name):
    """Training handed over after an epoch ends where the reference's own training ends, optimizer included."""
    _, weights, slots = read_checkpoint(reference.folder / name / "epoch-002.safetensors")
    assert_same(outcome.under(f"continued/weights/{name}"), weights, TOLERANCE)
    assert_same(outcome.under(f"continued/slots/{name}"), slots, TOLERANCE)
    assert [epoch for epoch, _ in outcome.facts[f"continued/{name}"]] == [2]


@pytest.mark.parametrize("name", HANDED_OVER)
def test_the_reference_goes_on_from_a_framework(framework, name):
    """The reference takes over a framework's checkpoint after an epoch and ends where the framework ended."""
    experiment = NumpyExperiment.load(framework.folder / name / "epoch-001.safetensors", device="cpu")
    experiment.fit(few_arrays())
    header, weights, slots = read_checkpoint(framework.folder / name / "epoch-002.safetensors")
    assert header.backend == framework.backend
    assert (header.epoch, header.step) == (experiment.epoch, experiment.step) == (2, 8)
    assert_same(experiment.weights(), weights, TOLERANCE)
    assert_same(experiment.optimizer_state(), slots, TOLERANCE)


@pytest.mark.parametrize("name", HANDED_OVER)
def test_a_backend_goes_on_to_the_same_bits(reference, name):
    """The reference itself, stopped after an epoch and loaded again, ends with the very same bits."""
    _, weights, slots = read_checkpoint(reference.folder / name / "epoch-002.safetensors")
    assert_same(reference.under(f"continued/weights/{name}"), weights)
    assert_same(reference.under(f"continued/slots/{name}"), slots)


@pytest.mark.parametrize("name", HANDED_OVER)
def test_an_interrupted_epoch_goes_on_to_the_same_bits(outcome, name):
    """Training that was stopped after the first step of an epoch and loaded again writes the same file in the end."""
    stem, whole, resumed = outcome.facts[f"interrupted/{name}"]
    assert stem == "epoch-000-step-0000001"
    assert resumed == whole


@pytest.mark.parametrize(("precision", "name"), RESUMED)
def test_a_resumed_training_ends_with_the_same_bits(outcome, name, precision):
    """A training loaded after 25 steps writes the same file in the end, though Adam's powers of beta were rounded."""
    folder = outcome.folder / "resumed" / precision / name
    whole, resumed = folder / "epoch-002.safetensors", folder / "resumed.safetensors"
    assert resumed.read_bytes() == whole.read_bytes()
