import numpy as np
import pytest
from backend_cases import LOGITS, SAME_KINDS, VARIANTS

from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.randomness import initial_weights

TOLERANCE = {"float32": 1e-5, "float64": 1e-12}


@pytest.mark.parametrize(("precision", "name"), LOGITS)
def test_equal_weights_give_equal_logits(framework, reference, name, precision):
    """From the same weights, a framework's logits for test images are the reference's up to rounding."""
    ours, theirs = (outcome.arrays[f"logits/{precision}/{name}"] for outcome in (reference, framework))
    assert theirs.shape == ours.shape
    assert theirs.dtype == precision
    assert np.abs(theirs - ours).max() <= TOLERANCE[precision] * np.abs(ours).max()


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_framework_counts_as_many_parameters(outcome, name):
    """The framework's own count of trained values is the one that the program prints and reports."""
    count = outcome.facts[f"parameters/{name}"]
    if count is None:
        pytest.skip(f"this suite does not know how {outcome.backend} counts parameters")
    assert count == ARCHITECTURES[name].parameter_count


@pytest.mark.parametrize("name", [name for name in ARCHITECTURES | VARIANTS if name not in SAME_KINDS])
def test_a_fresh_network_has_the_weights_of_the_seed(outcome, name):
    """A new experiment starts from the initial weights that the core draws, bit for bit, whatever the framework."""
    wanted = initial_weights((ARCHITECTURES | VARIANTS)[name], 3)
    found = outcome.under(f"fresh/{name}")
    assert found.keys() == wanted.keys()
    for key, array in wanted.items():
        assert np.array_equal(found[key], array), key
