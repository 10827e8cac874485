import math

import pytest

from benchmarks.pairs import Spread, alternate, quantile, ratios, spread


def test_sides_take_turns():
    """A, B, A, B: what disturbs the machine for a minute disturbs both."""
    order = []

    def side(name):
        return lambda: order.append(name) or len(order)

    assert alternate(3, side("a"), side("b")) == [[1, 3, 5], [2, 4, 6]]
    assert order == ["a", "b"] * 3


def test_each_sample_is_divided_by_its_neighbour():
    """The median of the ratios is not the ratio of the medians."""
    found = ratios([2.0, 30.0, 4.0], [1.0, 10.0, 4.0])
    assert found == [2.0, 3.0, 1.0]
    assert spread(found) == Spread(median=2.0, low=1.5, high=2.5)


@pytest.mark.parametrize(("share", "value"), [(0, 1), (0.25, 2), (0.5, 3), (0.75, 4), (1, 5), (0.6, 3.4)])
def test_quantiles_lie_between_the_values(share, value):
    """Linear between two neighbours, whatever the order."""
    assert quantile([5, 3, 1, 2, 4], share) == pytest.approx(value)


def test_one_value_is_its_own_spread():
    """A single pair has a ratio and no width."""
    assert spread([1.2]) == Spread(1.2, 1.2, 1.2)


def test_what_never_came_is_infinite():
    """One failure of three moves the upper quartile, two of three the median."""
    assert spread([1.0, 2.0, math.inf]) == Spread(2.0, 1.5, math.inf)
    assert math.isinf(spread([1.0, math.inf, math.inf]).median)
    assert spread([1.0, 2.0, 3.0, 4.0, math.inf]).high == 4.0
