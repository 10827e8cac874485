"""Optimizers, clipping and losses that no document has: the same in every backend, and each framework's own."""

import numpy as np
import pytest
from backend_cases import FURTHER, SMALL, further_recipe

HAS_NONE = {"torch": ("lion",), "paddle": ("lion",), "keras": ()}
TOLERANCE = 1e-12


def relative(found, wanted):
    """The largest difference of each array, by the largest value in it."""
    assert found.keys() == wanted.keys()
    return {name: np.abs(found[name] - wanted[name]).max() / np.abs(wanted[name]).max() for name in wanted}


@pytest.mark.parametrize("name", FURTHER)
@pytest.mark.parametrize("origin", ["whole", "reference"])
def test_ten_steps_are_those_of_the_reference(framework, reference, name, origin):
    """In float64, weights and slots are the reference's after ten steps, of which it may have done the first five."""
    wanted = reference.under(f"further/whole/{name}")
    assert len(wanted) == len(SMALL.parameters) * (1 + len(further_recipe(name).slots))
    gaps = relative(framework.under(f"further/{origin}/{name}"), wanted)
    assert max(gaps.values()) <= TOLERANCE, max(gaps, key=gaps.get)


@pytest.mark.parametrize("name", FURTHER)
def test_a_checkpoint_leads_to_the_same_bits(outcome, name):
    """A training that is loaded after five of its ten steps ends with each bit of one that was never interrupted."""
    whole, resumed = (outcome.under(f"further/{origin}/{name}") for origin in ("whole", "own"))
    assert whole.keys() == resumed.keys()
    assert all(np.array_equal(array, resumed[key]) for key, array in whole.items())


def test_the_frameworks_own_optimizers(framework):
    """Native mode has the framework's own, resumed to the same bits; where there is none, it says what to take."""
    for name, told in framework.facts["natively"].items():
        if name in HAS_NONE.get(framework.backend, ()):
            assert "no Lion of its own" in told
            assert "--mode matched" in told
        else:
            assert told is True, (name, told)
