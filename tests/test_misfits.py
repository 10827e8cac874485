import numpy as np
import pytest

from mnist_compare import Experiment
from mnist_compare.errors import BackendError, UsageError
from mnist_compare.experiment.framework_model import FrameworkNetwork
from mnist_compare.recipe import SGD, Adam, Recipe
from mnist_compare_numpy import NumpyExperiment

RECIPE = Recipe("few", optimizer=Adam(0.002), batch_size=50, epochs=1, normalization="standard")


@pytest.fixture(scope="module")
def trained(small):
    experiment = NumpyExperiment("cnn", RECIPE, seed=4, device="cpu")
    experiment.fit(small)
    return experiment


def without(arrays, name):
    return {key: array for key, array in arrays.items() if key != name}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: without(w, "conv2.bias"), r"Missing: conv2.bias \[16\]\."),
        (lambda w: w | {"head.bias": np.zeros(3)}, r"Not expected: head.bias \[3\]\."),
        (
            lambda w: w | {"linear1.weight": w["linear1.weight"].T},
            r"Of another shape: linear1.weight is \[784, 10\], expected \[10, 784\]\.",
        ),
        (lambda w: w | {"conv1.bias": np.zeros(8, int)}, "No array of floats: conv1.bias is int64"),
        (lambda w: w | {"conv1.bias": [0.0] * 8}, "No array of floats: conv1.bias is of type list"),
        (lambda w: list(w.values()), "must be a dict of arrays by name, and is of type list"),
        (lambda w: {}, r"Missing: conv1.weight \[8, 1, 3, 3\], conv1.bias \[8\], conv2.weight"),
    ],
)
def test_weights_that_do_not_fit(trained, change, message):
    """Weights of other names, shapes or kinds are refused with each of them named, and the network stays as it was."""
    weights, state = trained.weights(), trained.optimizer_state()
    with pytest.raises(UsageError, match=message) as caught:
        trained.restore(change(trained.weights()), None)
    assert "restore() takes the canonical layout" in str(caught.value)
    assert all(np.array_equal(array, weights[name]) for name, array in trained.weights().items())
    assert all(np.array_equal(array, state[name]) for name, array in trained.optimizer_state().items())


def test_an_optimizer_that_does_not_fit(trained):
    """The arrays of another optimizer, or of a part of the network, are refused by name."""
    weights, state = trained.weights(), trained.optimizer_state()
    momentum = {f"{name}.momentum": weights[name] for name in trained.architecture.parameters}
    with pytest.raises(UsageError, match=r"The optimizer's arrays for 'cnn' do not fit.*Missing: conv1.weight.first_"):
        trained.restore(weights, momentum)
    with pytest.raises(UsageError, match=r"Missing: linear1.bias.second_moment \[10\]\. restore"):
        trained.restore(weights, without(state, "linear1.bias.second_moment"))


def test_many_faults_are_told_in_part():
    """Of very many arrays that do not fit, some are named and the rest are counted."""
    experiment = NumpyExperiment("cnn", "cnn", device="cpu")
    found = experiment.weights() | {f"head{i}.bias": np.zeros(3) for i in range(40)}
    with pytest.raises(UsageError, match=r"head11.bias \[3\] and 28 more\."):
        experiment.restore(found, None)


def test_weights_take_the_experiments_precision():
    """Weights in float64 that are put into a float32 network do not make it compute in float64."""
    experiment = NumpyExperiment("mlp", device="cpu")
    experiment.restore({name: array.astype(np.float64) for name, array in experiment.weights().items()}, None)
    assert {array.dtype for array in experiment.weights().values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("action", [Experiment.framework_model, lambda e: e.load_framework_weights({})])
def test_a_backend_without_a_framework(action):
    """The reference says in words that it has no framework's model, and that a checkpoint leads to one."""
    with pytest.raises(BackendError, match=r"'numpy' has no model of a framework.*save\(\), loads in every other"):
        action(NumpyExperiment("mlp", device="cpu"))


class EchoNetwork(FrameworkNetwork):
    """The arrays themselves, as if they were a framework's model."""

    takes = "a dict"

    def make(self):
        return {}

    def fill(self, model, arrays):
        model.update(arrays)

    def read(self, given):
        return given


class Echo(NumpyExperiment):
    framework_network = EchoNetwork


def test_weights_of_another_training_begin_anew(trained, small, mnist):
    """Given weights stand at epoch and step 0 with a fresh optimizer, and keep the normalization of the training."""
    experiment = Echo("cnn", RECIPE, seed=4, device="cpu")
    experiment.fit(small)
    before = experiment.evaluate(small).loss
    experiment.load_framework_weights(trained.weights())
    assert (experiment.epoch, experiment.step) == (0, 0)
    assert not any(array.any() for array in experiment.optimizer_state().values())
    assert (experiment.mean, experiment.std) == (trained.mean, trained.std)
    assert experiment.evaluate(small).loss == before
    assert experiment.evaluate(mnist).loss == trained.evaluate(mnist).loss
    assert len(experiment.fit(small)) == 1


def test_a_normalization_that_nobody_has_told(trained, small):
    """A network that was given its weights does not guess what pixels are normalized with: it says what it needs."""
    experiment = Echo("cnn", RECIPE, device="cpu")
    experiment.load_framework_weights(trained.weights())
    with pytest.raises(UsageError, match=r"not known before a training. Set the experiment's mean and std"):
        experiment.predict(small.test_images)
    experiment.mean, experiment.std = trained.mean, trained.std
    assert np.array_equal(experiment.predict(small.test_images).outputs, trained.predict(small.test_images).outputs)


def test_plain_sgd_has_nothing_to_remember():
    """An optimizer without slots takes an empty state as it gives it."""
    experiment = NumpyExperiment("mlp", Recipe(optimizer=SGD(0.1)), device="cpu")
    experiment.restore(experiment.weights(), experiment.optimizer_state())
    with pytest.raises(UsageError, match=r"Not expected: linear1\.weight\.momentum"):
        experiment.restore(experiment.weights(), {"linear1.weight.momentum": np.zeros((256, 784))})
