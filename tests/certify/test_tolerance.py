import math

import numpy as np
import pytest
from traces import record, small_case

from mnist_compare.certify.gaps import Tolerance, compare_traces
from mnist_compare.certify.tolerance import UNBOUNDED, finite, floor_of, largest, tolerance_for
from mnist_compare.certify.trace import Trace
from mnist_compare.data import normalize


@pytest.mark.parametrize(("steps", "loss", "weight"), [(1, 1e-12, 1e-11), (200, 1e-12, 1e-11), (201, 1e-10, 1e-9)])
def test_float64_has_a_fixed_tolerance(steps, loss, weight):
    """In float64 nobody's own noise makes room: the tolerance depends on the number of steps alone."""
    found = tolerance_for("float64", steps, None)
    assert (found.loss, found.weight, found.slot, found.predictions) == (loss, weight, weight, 0)


def test_float32_is_judged_by_the_noise(small, tmp_path):
    """The floor is measured: a nudged run moves in every quantity, but little; twice that passes."""
    case = small_case("mlp", steps=20, precision="float32")
    arrays = normalize(small, "unit", np.float32)
    plain, nudged = (
        Trace(record(case, arrays, tmp_path / f"{nudged}.safetensors", nudged=nudged)) for nudged in (False, True)
    )
    floor = floor_of(compare_traces(plain, nudged, case.architecture, UNBOUNDED))
    assert 0 < floor.loss < 1e-4
    assert 0 < floor.weight < 1e-4
    tolerance = tolerance_for("float32", 20, floor)
    assert 2 * floor.loss < tolerance.loss < 2 * floor.loss + 1e-5
    assert compare_traces(plain, nudged, case.architecture, tolerance).passed


def test_floors_are_joined_quantity_by_quantity():
    """Of two backends the noisier one makes the floor, and one that has none is not judged."""
    a, b = Tolerance(1, 5, 1, 5, 1, 5, 2), Tolerance(2, 4, 2, 4, 2, math.inf, 1)
    assert largest(a, b) == Tolerance(2, 5, 2, 5, 2, math.inf, 2)
    assert finite(a)
    assert not finite(largest(a, b))
