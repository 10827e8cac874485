"""Training that starts from trained weights, and layers that stay as they are."""

import numpy as np
import pytest

from mnist_compare import load_dataset, subset
from mnist_compare.architecture import Architecture, BatchNorm, Convolution, Flatten, Linear, ReLU
from mnist_compare.architecture.documented import find_architecture
from mnist_compare.architecture.freezing import frozen_layers
from mnist_compare.errors import BackendError, DataError, UsageError
from mnist_compare.recipe import Adam, Recipe
from mnist_compare_numpy import NumpyExperiment

DATA = subset(load_dataset("mnist"), train_size=96, test_size=20)
NORMED = Architecture("normed", (Convolution(4, 5, stride=2), BatchNorm(), ReLU(), Flatten(), Linear(10)))


def recipe(**changes):
    return Recipe(**{"optimizer": Adam(0.01), "batch_size": 32, "epochs": 1, **changes})


def trained(network=NORMED, start=None, seed=1, **changes):
    experiment = NumpyExperiment(network, recipe(**changes), seed=seed, start=start)
    before = experiment.weights()
    experiment.fit(DATA)
    return experiment, {name for name, array in experiment.weights().items() if not np.array_equal(array, before[name])}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("start") / "start.safetensors"
    trained()[0].save(path)
    return path


def test_frozen_layers_stay_as_they_are():
    """A frozen body keeps every bit, batch norm's running statistics too, and has no slots; the rest is trained."""
    experiment, changed = trained(freeze=("body",))
    assert changed == {"linear1.weight", "linear1.bias"}
    assert {name.rpartition(".")[0] for name in experiment.optimizer_state()} == {"linear1.weight", "linear1.bias"}


def test_frozen_batch_norms_by_the_batch_move_their_statistics():
    """With frozen_norms = batch, as PyTorch has it, the running statistics of a frozen batch norm move."""
    _, changed = trained(freeze=("body",), frozen_norms="batch")
    assert changed == {"linear1.weight", "linear1.bias", "norm1.running_mean", "norm1.running_var"}


def test_averages_are_of_what_is_trained(tmp_path):
    """Running averages are kept of trained parameters alone, and a checkpoint with them goes on to the same bits."""
    whole, _ = trained(freeze=("conv*",), ema_decay=0.5, epochs=2)
    half = NumpyExperiment(NORMED, recipe(freeze=("conv*",), ema_decay=0.5, epochs=2), seed=1)
    half.fit(DATA, until=1)
    half.save(tmp_path / "half.safetensors")
    other = NumpyExperiment.load(tmp_path / "half.safetensors")
    assert not [name for name in other.optimizer_state() if name.startswith("conv1")]
    other.fit(DATA)
    assert all(np.array_equal(array, other.weights()[name]) for name, array in whole.weights().items())


@pytest.mark.parametrize(
    ("network", "patterns", "found"),
    [
        ("cnn", ("body",), {"conv1", "conv2"}),
        ("cnn", ("conv2",), {"conv2"}),
        ("cnn", ("conv*",), {"conv1", "conv2"}),
        ("linear", (), set()),
    ],
)
def test_layers_are_named_by_patterns(network, patterns, found):
    """A name, a pattern, or body for all but the last linear layer."""
    assert frozen_layers(find_architecture(network).alone, patterns) == found


def test_a_layer_that_holds_others_names_them_all():
    """The name of a residual freezes all that is within it, and body all but the last linear layer."""
    network = find_architecture("resnet18_narrow").alone
    found = frozen_layers(network, ("residual1",))
    assert found
    assert all(name.startswith("residual1.") for name in found)
    assert {one.name for one in network.all_layers if one.parameters} - frozen_layers(network, ("body",)) == {"linear1"}


def test_the_heads_of_a_body_are_trained():
    """Auxiliary heads have outputs of their own, so they are no part of the body."""
    found = frozen_layers(find_architecture("googlenet").alone, ("body",))
    assert not [name for name in found if name.startswith("auxiliary")]


def test_patterns_that_name_nothing_are_refused():
    """A pattern without a layer is answered with the nearest names, and nothing to train is an error."""
    network = find_architecture("cnn").alone
    with pytest.raises(UsageError, match=r"named by 'conb1'\. Did you mean 'conv1'\?.*conv1, conv2, linear1"):
        frozen_layers(network, ("conb1",))
    with pytest.raises(UsageError, match="leaves nothing of 'cnn' to train"):
        frozen_layers(network, ("*",))


def test_a_network_of_one_layer_has_no_body():
    """Where nothing lies before the last layer the message says that, and recommends `body` nowhere."""
    network = Architecture("flat", (Flatten(), Linear(10))).alone
    with pytest.raises(
        UsageError, match=r"'body' names no layer of 'flat': nothing .* last linear layer\. Leave freeze"
    ):
        frozen_layers(network, ("body",))
    for pattern in ("bodi", "linear1"):
        with pytest.raises(UsageError) as found:
            frozen_layers(network, (pattern,))
        assert "body" not in str(found.value)


def test_a_training_starts_from_a_checkpoint(checkpoint):
    """All arrays of the checkpoint take the place of the initial ones, whatever the seed."""
    fresh = NumpyExperiment(NORMED, recipe(), seed=5, start=checkpoint)
    own = NumpyExperiment.load(checkpoint).weights()
    assert all(np.array_equal(array, own[name]) for name, array in fresh.weights().items())
    assert (fresh.epoch, fresh.step) == (0, 0)


def test_other_classes_get_a_new_last_layer(checkpoint):
    """For another number of classes the last linear layer is as the seed makes it, and all others are taken."""
    network = NORMED.fitted_to((1, 28, 28), 10)
    fewer = Architecture("normed", (*NORMED.layers[:-1], Linear(4)), classes=4)
    made = NumpyExperiment(fewer, recipe(), seed=5, start=checkpoint).weights()
    initial = NumpyExperiment(fewer, recipe(), seed=5).weights()
    own = NumpyExperiment.load(checkpoint).weights()
    assert network.classes == 10
    assert np.array_equal(made["linear1.weight"], initial["linear1.weight"])
    assert np.array_equal(made["conv1.weight"], own["conv1.weight"])


def test_averages_are_what_a_training_starts_from(tmp_path):
    """Where a checkpoint has running averages, these are its weights, as they are what predicts."""
    experiment, _ = trained(ema_decay=0.9)
    experiment.save(tmp_path / "averaged.safetensors")
    fresh = NumpyExperiment(NORMED, recipe(), start=tmp_path / "averaged.safetensors").weights()
    averages = experiment.evaluated_weights()
    assert all(np.array_equal(array, averages[name]) for name, array in fresh.items())


def test_weights_that_do_not_fit_are_refused(checkpoint, tmp_path):
    """Arrays of other names or shapes are told, each with what was expected, before anything is trained."""
    with pytest.raises(UsageError, match=r"conv1.weight is \[4, 1, 5, 5\], expected"):
        NumpyExperiment(Architecture("wide", (Convolution(5, 5, stride=2), *NORMED.layers[1:])), start=checkpoint)
    with pytest.raises(UsageError, match=r"[Mm]issing: linear2.weight"):
        NumpyExperiment("mlp", start=checkpoint)
    (tmp_path / "none.safetensors").write_bytes(b"nothing")
    with pytest.raises(DataError, match="no checkpoint"):
        NumpyExperiment(NORMED, start=tmp_path / "none.safetensors")


def test_a_backend_that_cannot_freeze_refuses():
    """A backend that trains all layers says so, instead of training what should stay."""

    class Unable(NumpyExperiment):
        freezes = False

    with pytest.raises(BackendError, match="leaves no layers as they are"):
        Unable(NORMED, recipe(freeze=("body",)))
