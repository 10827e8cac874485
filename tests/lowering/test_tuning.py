import pytest

from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.backend import backends
from mnist_compare.errors import UsageError
from mnist_compare.lowering import PASSES, Setting, Threads, find_passes, find_tunings, lower
from mnist_compare_numpy import NumpyExperiment

CNN = ARCHITECTURES["cnn"].shaped_layers
SETTING = Setting(60, 2, "cpu", "compiled")


def test_plain_is_the_network_as_it_is_written():
    """No pass, the layers in their order, all threads."""
    lowered = lower(CNN, (), SETTING)
    assert (lowered.layers, lowered.threads, lowered.passes) == (CNN, Threads(2, 2), ())
    assert not (lowered.pooled_biases)
    assert not (lowered.channels_last)
    assert not (lowered.bias_rows)
    assert lowered.parts == 1


def test_every_backend_declares_passes_that_there_are():
    """A misspelled name would tune nothing, without a word."""
    assert all(set(backend.passes) <= set(PASSES) for backend in backends().values())
    assert {name for name, backend in backends().items() if backend.passes} == {"torch", "keras", "paddle"}


def test_only_passes_that_change_something_are_told():
    """A network without convolutions has no bias to move and no layout to choose; in `cnn` no ReLU is left to overwrite
    what a layer has made.
    """
    passes = backends()["torch"].passes
    assert lower(ARCHITECTURES["mlp"].shaped_layers, passes, SETTING).passes == ("in-place",)
    assert set(passes) - set(lower(CNN, passes, SETTING).passes) == {"in-place"}


def test_a_bias_moves_only_where_its_pooling_is_next():
    """In `cnn` the ReLU stands between, unless it has moved too."""
    assert lower(CNN, ("bias-behind-pooling",), SETTING).pooled_biases == {}
    both = lower(CNN, ("bias-behind-pooling", "relu-behind-pooling"), SETTING)
    assert both.pooled_biases == {"conv1": "pool1", "conv2": "pool2"}


def test_single_passes_can_be_asked_for():
    """Joined by +, in any order; those alone are taken."""
    valid = backends()["torch"].passes
    assert find_passes("tuned", valid) == valid
    assert find_passes("plain", valid) == ()
    assert find_passes("channels-last+relu-behind-pooling", valid) == ("channels-last", "relu-behind-pooling")
    assert lower(CNN, ("flat-order", "channels-last"), SETTING).passes == ("channels-last", "flat-order")


@pytest.mark.parametrize("tuning", ["fast", "", "channels-last+"])
def test_what_is_no_tuning_is_refused(tuning):
    """With the names that are valid, in the library too."""
    with pytest.raises(UsageError, match=r"Unknown tuning.*Valid: tuned, plain, relu-behind-pooling"):
        find_passes(tuning, tuple(PASSES))
    with pytest.raises(UsageError, match="Valid: tuned, plain"):
        NumpyExperiment("mlp", tuning=tuning)


def test_a_whole_tuning_stands_alone():
    """Joined with a pass it would say two things."""
    with pytest.raises(UsageError, match=r"'plain[+]channels-last': plain stands alone. Join passes alone by [+]"):
        find_tunings(["plain+channels-last"])
    with pytest.raises(UsageError, match="tuned stands alone"):
        NumpyExperiment("mlp", tuning="tuned+plain")


def test_a_pass_of_another_backend_is_refused():
    """The reference has none: it is written to be read."""
    with pytest.raises(UsageError, match="channels-last"):
        NumpyExperiment("mlp", tuning="channels-last")
    assert NumpyExperiment("mlp", tuning="plain").passes == NumpyExperiment("mlp").passes == ()
