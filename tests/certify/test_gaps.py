import math

import msgspec
import pytest
from traces import changed, record, small_case

from mnist_compare.architecture import Architecture, BatchNorm, Flatten, Linear, ReLU
from mnist_compare.certify.case import make_case
from mnist_compare.certify.certificate import make_pair
from mnist_compare.certify.gaps import compare_traces
from mnist_compare.certify.tolerance import tolerance_for
from mnist_compare.certify.trace import Trace
from mnist_compare.recipe import Recipe


@pytest.fixture(scope="module")
def case():
    return small_case(optimizer="adam")


@pytest.fixture(scope="module")
def recorded(case, arrays, tmp_path_factory):
    return record(case, arrays, tmp_path_factory.mktemp("trace") / "numpy.safetensors")


def gaps(case, a, b):
    return compare_traces(a, b, case.architecture, case.recipe.loss, tolerance_for("float64", case.steps, None))


def shift(name, amount, index=0):
    def change(arrays):
        arrays[name].reshape(-1)[index] += amount

    return change


def test_a_training_that_is_repeated_has_no_gap(case, recorded, arrays, tmp_path):
    """The same training in the same backend gives the same bits, so that a gap is always somebody's."""
    again = Trace(record(case, arrays, tmp_path / "again.safetensors"))
    found = gaps(case, Trace(recorded), again)
    assert found.passed
    assert found.losses == [0.0] * 10
    assert (found.gradient_gap, found.weight_gap, found.slot_gap, found.statistics_gap, found.logits_gap) == (0.0,) * 5
    assert (found.predictions_differing, found.predictions) == (0, 100)


@pytest.mark.parametrize(
    ("array", "field"),
    [
        ("10/gradient/conv2.weight", "gradient_gap"),
        ("10/weight/linear1.bias", "weight_gap"),
        ("1/slot/linear2.weight.second_moment", "slot_gap"),
        ("1/statistic/norm1.running_var", "statistics_gap"),
    ],
)
def test_one_value_that_is_off_is_named(case, recorded, array, field):
    """A single wrong number in a single array gives its gap, its step, its quantity and the name of its array."""
    found = gaps(case, Trace(recorded), changed(recorded, shift(array, 1e-6, index=3)))
    step, quantity, name = array.split("/")
    assert getattr(found, field) == pytest.approx(1e-6, rel=1e-6)
    assert not found.passed
    assert (found.first_step_out, found.quantity_out, found.array_out) == (int(step), quantity, name)


def test_the_first_step_out_is_the_first(case, recorded):
    """Of several things that are out, the earliest is named: it is nearest to the cause."""

    def change(arrays):
        arrays["loss"][4:] += 1e-9
        arrays["10/weight/conv1.weight"] += 1e-3

    found = gaps(case, Trace(recorded), changed(recorded, change))
    assert (found.first_step_out, found.quantity_out, found.array_out) == (5, "loss", None)
    assert found.losses[3] == 0.0
    assert found.weight_gap == pytest.approx(1e-3)


def test_a_rounding_passes(case, recorded):
    """Gaps of the size of rounding errors are no difference of meaning."""
    assert gaps(case, Trace(recorded), changed(recorded, shift("10/weight/conv1.weight", 1e-14))).passed


def test_an_array_that_one_backend_lacks_is_infinitely_far(case, recorded):
    """A backend cannot pass by leaving out what it does differently; in JSON the gap is null, not a wrong number."""

    def change(arrays):
        del arrays["10/slot/conv1.weight.first_moment"]

    found = gaps(case, Trace(recorded), changed(recorded, change))
    assert found.slot_gap == math.inf
    assert (found.quantity_out, found.array_out) == ("slot", "conv1.weight.first_moment")
    pair = make_pair(case, "numpy", "other", found, tolerance_for("float64", 10, None))
    assert msgspec.json.decode(msgspec.json.encode(pair))["slot_gap"] is None


def test_a_loss_that_is_no_number_is_out(case, recorded):
    """A backend that diverges does not pass, though no comparison with NaN is ever true."""
    found = gaps(case, Trace(recorded), changed(recorded, shift("loss", math.nan, index=6)))
    assert (found.first_step_out, found.quantity_out, found.loss_gap) == (7, "loss", math.inf)


def test_predictions_are_counted(case, recorded):
    """Other digits for test images are counted, and none may differ in float64."""

    def change(arrays):
        arrays["logits"][:7] = -arrays["logits"][:7]

    found = gaps(case, Trace(recorded), changed(recorded, change))
    assert found.predictions_differing == 7
    assert not found.passed


def test_a_bias_without_meaning_is_left_out(arrays, tmp_path):
    """What batch normalization takes out again is rounding noise, which Adam blows up: it fails nobody."""
    network = Architecture("norms", (Flatten(), Linear(8), BatchNorm(), ReLU(), Linear(10)))
    spec = small_case().data
    case = make_case(network, Recipe(precision="float64"), spec, steps=3)
    path = record(case, arrays, tmp_path / "numpy.safetensors")
    assert gaps(case, Trace(path), changed(path, shift("3/weight/linear1.bias", 1e-2))).passed
    assert not gaps(case, Trace(path), changed(path, shift("3/weight/linear2.bias", 1e-2))).passed
