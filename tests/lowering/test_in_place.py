"""Which layers overwrite what they are computed from."""

import pytest

from mnist_compare.architecture import (
    Architecture,
    Auxiliary,
    BatchNorm,
    Branches,
    Convolution,
    Flatten,
    GlobalAveragePooling,
    Linear,
    ReLU,
    Residual,
    Sigmoid,
    Tanh,
)
from mnist_compare.lowering.in_place import overwriting

TOP = (GlobalAveragePooling(), Flatten(), Linear(10))


def overwritten(*layers):
    """The names of the layers of such a network that overwrite what they get."""
    return overwriting(Architecture("network", (*layers, *TOP)).shaped_layers)


@pytest.mark.parametrize("layer", [Convolution(4, 3), BatchNorm(), Residual((Convolution(1, 3, padding=1),))])
def test_a_relu_overwrites_what_is_computed_from_its_input_alone(layer):
    """Behind a convolution, a batch norm or a residual, whose gradient does not need what they made."""
    assert "relu1" in overwritten(layer, ReLU())


@pytest.mark.parametrize("layer", [Sigmoid(), Tanh(), ReLU(), Auxiliary((Flatten(), Linear(10)))])
def test_nothing_is_overwritten_that_is_needed_again(layer):
    """Not behind layers whose gradient is computed from their output, nor what an auxiliary head takes too."""
    assert not overwritten(layer, ReLU())


def test_the_input_of_a_part_is_left_alone():
    """A ReLU that comes first in a branch or in the body of a residual would take its input from the other part."""
    body = (ReLU(), Convolution(1, 3, padding=1))
    assert overwritten(Residual(body)) == {"residual1"}
    assert overwritten(Branches((body, body))) == frozenset()


def test_a_sum_overwrites_what_the_body_made_where_that_is_not_needed():
    """The sum of a residual takes the place of a convolution's output, not of a sigmoid's, and not of its input."""
    convolution = Convolution(1, 3, padding=1)
    assert overwritten(Residual((convolution,))) == {"residual1"}
    assert overwritten(Residual((convolution, Sigmoid()))) == frozenset()
    assert overwritten(Residual((convolution, ReLU()))) == {"residual1.relu1"}
