import math

import msgspec
import numpy as np
import pytest
from traces import changed, record, small_case

from mnist_compare.architecture import (
    Architecture,
    Attention,
    BatchNorm,
    ChannelDropout,
    Convolution,
    Flatten,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    Linear,
    MaxPooling,
    Patches,
    ReLU,
    SequenceMean,
)
from mnist_compare.backend import find_backend
from mnist_compare.certify.cancelled import cancelled_biases
from mnist_compare.certify.case import make_case
from mnist_compare.certify.certificate import make_pair
from mnist_compare.certify.compared import UNMEASURED, Compared
from mnist_compare.certify.gaps import compare_traces
from mnist_compare.certify.subject import Subject
from mnist_compare.certify.tolerance import tolerance_for
from mnist_compare.certify.trace import Recorder, Trace
from mnist_compare.recipe import SGD, Recipe


@pytest.fixture(scope="module")
def case():
    return small_case(optimizer="adam")


@pytest.fixture(scope="module")
def recorded(case, arrays, tmp_path_factory):
    return record(case, arrays, tmp_path_factory.mktemp("trace") / "numpy.safetensors")


def gaps(case, a, b):
    return compare_traces(a, b, case.architecture, tolerance_for("float64", case.steps, None))


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
    assert found.out.index == np.unravel_index(3, recorded_shape(recorded, array))
    assert found.out.size == pytest.approx(1e-6, rel=1e-6)


def recorded_shape(path, array):
    return Trace(path)[array].shape


def test_the_array_that_is_named_has_the_largest_share(case, recorded):
    """Of several arrays of a step, not the first of the alphabet is named but the one that is furthest off."""

    def change(arrays):
        arrays["10/gradient/conv1.weight"] += 1e-9
        arrays["10/gradient/linear3.weight"][2, 1] += 1e-7

    found = gaps(case, Trace(recorded), changed(recorded, change))
    assert (found.array_out, found.out.index) == ("linear3.weight", (2, 1))


def test_large_values_are_judged_by_their_size(case, recorded):
    """A rounding of a large number is a large number: what passes is a share of it."""

    def enlarge(arrays, by=0.0):
        arrays["10/weight/conv1.weight"][:] = 1e6 + by

    a = changed(recorded, enlarge)
    b = changed(recorded, lambda arrays: enlarge(arrays, 1e-9), "nearer.safetensors")
    assert gaps(case, a, b).passed
    assert not gaps(case, a, changed(recorded, lambda arrays: enlarge(arrays, 1e-3), "further.safetensors")).passed


def test_what_rounding_explains_is_undecidable(case, recorded):
    """A gap beyond the tolerance is a difference only where rounding alone does not lead as far."""
    other = changed(recorded, shift("10/weight/conv1.weight", 1e-9))
    tolerance = tolerance_for("float64", 10, None)
    found = compare_traces(Trace(recorded), other, case.architecture, tolerance, lambda gap: gap.size < 1e-8)
    assert (found.verdict, found.first_step_out, found.array_out) == ("undecidable", 10, "conv1.weight")
    found = compare_traces(Trace(recorded), other, case.architecture, tolerance, lambda gap: gap.size < 1e-10)
    assert found.verdict == "differ"


def test_without_a_measure_of_rounding_nothing_is_called_different(case, recorded):
    """Where the copies of the reference failed, a gap beyond the tolerance is undecidable, and certified before it."""
    traces = {"numpy": Trace(recorded), "other": changed(recorded, shift("10/weight/conv1.weight", 1e-9))}
    compared = Compared(case, ("other", "numpy"), traces, {}, {})
    (pair,) = compared.pairs(UNMEASURED)
    assert (pair.verdict, pair.first_step_out, pair.certified_steps, pair.noise) == ("undecidable", 10, 1, [])
    assert compared.pairs()[0].verdict == "differ"


def test_no_rounding_explains_an_array_that_is_missing(case, recorded):
    """What one backend does not show is never undecidable."""

    def change(arrays):
        del arrays["10/slot/conv1.weight.first_moment"]

    tolerance = tolerance_for("float64", 10, None)
    found = compare_traces(Trace(recorded), changed(recorded, change), case.architecture, tolerance, lambda gap: True)
    assert found.verdict == "differ"


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
        arrays["digits"][:7] = (arrays["digits"][:7] + 1) % 10

    found = gaps(case, Trace(recorded), changed(recorded, change))
    assert (found.predictions_differing, found.quantity_out) == (7, "predictions")
    assert not found.passed


BEFORE_NORM = {
    "linear": (Flatten(), Linear(8), BatchNorm(), ReLU(), Linear(10)),
    "convolution": (Convolution(3, 5, stride=3), BatchNorm(), ReLU(), Flatten(), Linear(10)),
    "pooling between": (Convolution(3, 5), MaxPooling(3), BatchNorm(), ReLU(), Flatten(), Linear(10)),
    "flatten between": (Convolution(2, 9, stride=4), Flatten(), BatchNorm(), ReLU(), Linear(10)),
    "instance norm": (Convolution(2, 9, stride=4), InstanceNorm(), ReLU(), Flatten(), Linear(10)),
    "group of one channel": (Convolution(2, 9, stride=4), GroupNorm(2), ReLU(), Flatten(), Linear(10)),
    "layer norm of one channel": (Convolution(1, 9, stride=4), LayerNorm(), ReLU(), Flatten(), Linear(10)),
    "channels dropped": (Convolution(2, 9, stride=4), ChannelDropout(0.5), InstanceNorm(), Flatten(), Linear(10)),
    "values of an image": (LayerNorm(), Flatten(), BatchNorm(), ReLU(), Linear(10)),
}


@pytest.mark.parametrize("layers", BEFORE_NORM.values(), ids=BEFORE_NORM)
def test_a_bias_without_meaning_is_left_out(layers, arrays, tmp_path):
    """What batch normalization takes out again means nothing, however far it drifts: neither in the bias, nor in the
    running mean, nor in the outputs.
    """
    network = Architecture("norms", layers)
    case = make_case(network, Recipe(precision="float64"), small_case().data, steps=3)
    kind = find_backend("numpy").load()
    bias = next(name for name in network.parameters if name.endswith(".bias"))

    class Drifting(kind):
        """Moves the bias in every step, as Adam does with its rounding noise."""

        def _update(self, learning_rate, step):
            super()._update(learning_rate, step)
            if isinstance(self.optimizer, SGD):  # what shows the gradients
                return
            layer, _, key = bias.rpartition(".")
            self.modules[layer].arrays[key] = self.modules[layer].arrays[key] + 1e-6 * step

    traces = []
    for number, one in enumerate((kind, Drifting)):
        experiment = one(network, case.recipe, seed=0)
        path = tmp_path / f"{number}.safetensors"
        Recorder(experiment, arrays, case.trace_spec(Subject("numpy"))).record(path)
        traces.append(Trace(path))
    found = gaps(case, *traces)
    assert found.passed, found.out
    last = max(network.parameters, key=lambda name: (name.endswith(".bias"), name.startswith("linear"), name))
    moved = changed(tmp_path / "0.safetensors", shift(f"3/weight/{last}", 1e-2))
    assert not gaps(case, traces[0], moved).passed
    for mean in (name for name in network.statistics if name.endswith("running_mean")):
        moved = changed(tmp_path / "0.safetensors", shift(f"3/statistic/{mean}", 1e-8))
        assert not gaps(case, traces[0], moved).passed


def test_a_bias_that_something_else_sees_is_compared():
    """A ReLU or a padded convolution between bias and batch norm tells one bias from another, and so does what
    normalizes several channels together, or drops channels of some images alone before a batch norm.
    """
    for layers in (
        (ReLU(), BatchNorm()),
        (Convolution(3, 3, padding=1), BatchNorm()),
        (ChannelDropout(0.5), BatchNorm()),
        (LayerNorm(),),
        (GroupNorm(1),),
    ):
        network = Architecture("seen", (Convolution(3, 5), *layers, Flatten(), Linear(10)))
        names = [one.bias for one in cancelled_biases(network.shaped_layers)]
        assert "conv1.bias" not in names


def test_a_bias_of_keys_is_left_out():
    """However large the bias of an attention's keys is, the outputs are the same; that of its queries is compared."""
    network = Architecture("attentive", (Patches(4, 7), Attention(2), SequenceMean(), Linear(10)))
    assert [one.bias for one in cancelled_biases(network.shaped_layers)] == ["attention1.key_bias"]
    experiment = find_backend("numpy").load()(network, Recipe(precision="float64"), seed=0)
    images, weights = np.random.default_rng(3).random((5, 1, 28, 28)), experiment.weights()
    before = experiment.logits(images)
    for name, seen in (("key_bias", False), ("query_bias", True)):
        experiment.restore(weights | {f"attention1.{name}": np.arange(4.0)}, None)
        assert (np.abs(experiment.logits(images) - before).max() > 1e-6) == seen
