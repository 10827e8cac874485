import re

import numpy as np
import pytest

from mnist_compare.architecture import Architecture, BatchNorm, Flatten, Linear
from mnist_compare.data import Dataset
from mnist_compare.errors import ArchitectureError, BackendError, DataError, MnistCompareError, UsageError
from mnist_compare.experiment.evaluation import evaluate_outputs
from mnist_compare.recipe import SGD, Adam, AdamW, Recipe
from mnist_compare_numpy import NumpyExperiment

REGRESSION = Recipe("regression", loss="mean_squared_error", optimizer=SGD(0.003), batch_size=16, epochs=2)
STANDARD = Recipe("standard", optimizer=Adam(0.002), batch_size=50, epochs=2, normalization="standard")


@pytest.fixture(scope="module")
def trained(small):
    experiment = NumpyExperiment("cnn", STANDARD, seed=4, device="cpu")
    history = experiment.fit(small)
    return experiment, history


def test_a_network_by_its_name_has_its_own_recipe():
    """A network's name alone makes an experiment as its document describes it."""
    experiment = NumpyExperiment("lenet", device="cpu")
    assert (experiment.recipe.name, experiment.device) == ("lenet", "cpu")
    assert {name: array.shape for name, array in experiment.weights().items()} == experiment.architecture.parameters


def test_a_network_and_a_recipe_from_paths(tmp_path):
    """The paths of TOML files, as text or as Path, stand for the network and the recipe in them."""
    network, recipe = tmp_path / "net.toml", tmp_path / "recipe.toml"
    network.write_text('name = "t"\n[[layers]]\ntype = "flatten"\n[[layers]]\ntype = "linear"\nfeatures = 10\n')
    recipe.write_text('name = "r"\n')
    for kind in (str, lambda path: path):
        experiment = NumpyExperiment(kind(network), kind(recipe), device="cpu")
        assert (experiment.architecture.name, experiment.recipe.name) == ("t", "r")


def test_the_seed_decides_the_weights():
    """The same seed gives the same fresh network, another seed another."""
    first, again, other = (NumpyExperiment("mlp", seed=seed).weights()["linear1.weight"] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_evaluation_agrees_with_the_epochs_result(trained, small):
    """Evaluating after training gives the numbers of the last epoch, for all three parts of the set."""
    experiment, history = trained
    last = history[-1]
    for split in ("train", "test", "validation"):
        found = experiment.evaluate(small, split)
        assert found.loss == pytest.approx(getattr(last, f"{split}_loss"), rel=1e-6)
        assert found.accuracy == getattr(last, f"{split}_accuracy")
        assert found.count == len(getattr(small, f"{split}_labels"))
    assert experiment.training.last_test.accuracy == last.test_accuracy


def test_evaluation_normalizes_as_the_training_did(trained, small):
    """Test images are normalized with the statistics of the training, whatever set they are evaluated in."""
    experiment, history = trained
    dark = Dataset("dark", small.train_images // 3, small.train_labels, small.test_images, small.test_labels)
    assert experiment.evaluate(dark).loss == pytest.approx(history[-1].test_loss, rel=1e-6)


def test_an_unknown_split(trained, small):
    """A part of the data set that does not exist is a UsageError that lists the parts."""
    with pytest.raises(UsageError, match=r"Unknown split 'valid'. Valid: train, validation, test"):
        trained[0].evaluate(small, "valid")


def test_evaluating_on_no_images(trained, mnist):
    """Asking for validation results of a set without validation images is an error with a reason."""
    with pytest.raises(MnistCompareError, match="validation"):
        trained[0].evaluate(mnist, "validation")


@pytest.mark.parametrize("data", [None, 3, np.zeros((2, 28, 28), np.uint8)], ids=["None", "number", "array"])
def test_what_is_no_data_set(trained, data):
    """Something else in place of a data set is named, and not what it lacks inside."""
    told = r"^data must be text or a path or a value of Dataset or a value of NormalizedData \(it is "
    experiment, _ = trained
    for call in (experiment.fit, experiment.evaluate):
        with pytest.raises(UsageError, match=told):
            call(data)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"epochs": 1, "until": -3}, "until must be 0 or more (it is -3)."),
        ({"until": 1.5}, "until must be a whole number or None (it is 1.5)."),
        ({"epochs": "3"}, "epochs must be a whole number or None (it is '3')."),
    ],
)
def test_epochs_that_cannot_be(trained, small, options, told):
    """They are refused, and not taken for no training."""
    with pytest.raises(UsageError, match=f"^{re.escape(told)}$"):
        trained[0].fit(small, **options)


def test_loading_what_is_no_path():
    """The value is named."""
    with pytest.raises(UsageError, match=r"^path must be text or a path \(it is 3\)\.$"):
        NumpyExperiment.load(3)


def test_predicting_something_else(trained):
    """Lists and numbers of another kind are a DataError that says what is taken."""
    for images in ([1, 2], np.zeros((2, 28, 28)), [[0.5] * 28] * 28):
        with pytest.raises(DataError, match="predict takes uint8 images of 1x28x28"):
            trained[0].predict(images)


def test_predicting_images(trained, small):
    """Predictions are the logits, the digit of the largest, and probabilities that belong to them."""
    experiment, _ = trained
    found = experiment.predict(small.test_images)
    evaluation = evaluate_outputs(found.outputs, small.test_labels.astype(np.int64), "cross_entropy")
    assert evaluation == experiment.evaluate(small)
    assert np.array_equal(found.digits, found.outputs.argmax(axis=1))
    assert found.probabilities.sum(axis=1) == pytest.approx(np.ones(100))
    assert np.array_equal(found.probabilities.argmax(axis=1), found.digits)


def test_predicting_one_image(trained, small):
    """A single image is predicted as it is among others, whatever their number."""
    experiment, _ = trained
    many = experiment.predict(small.train_images)
    for index in (0, 299):
        one = experiment.predict(small.train_images[index])
        assert one.outputs.shape == (1, 10)
        assert one.outputs[0] == pytest.approx(many.outputs[index], abs=1e-4)
        assert one.digits[0] == many.digits[index]


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((28, 28)),
        np.zeros((2, 28, 27), np.uint8),
        np.zeros((2, 3, 28, 28), np.uint8),
        np.zeros((784,), np.uint8),
        np.zeros((0, 28, 28), np.uint8),
    ],
)
def test_predicting_what_is_no_image(trained, images):
    """Anything but uint8 images of 28x28 is a DataError, since its scale would be a guess."""
    with pytest.raises(DataError):
        trained[0].predict(images)


def test_a_loaded_network_predicts_the_same(trained, small, tmp_path):
    """A network that is saved and loaded gives the same bits, its normalization included."""
    experiment, _ = trained
    experiment.save(tmp_path / "w.safetensors")
    loaded = NumpyExperiment.load(tmp_path / "w.safetensors")
    assert np.array_equal(loaded.predict(small.test_images).outputs, experiment.predict(small.test_images).outputs)
    assert (loaded.mean, loaded.std) == (experiment.mean, experiment.std)
    assert (loaded.epoch, loaded.step, loaded.seed) == (2, 12, 4)


def test_a_regression(small):
    """A regression learns, and its accuracy is that of its numbers cut to integers, as its document asks."""
    experiment = NumpyExperiment("linear", REGRESSION, device="cpu")
    before = experiment.evaluate(small)
    (*_, last) = experiment.fit(small)
    assert last.test_loss < 0.8 * before.loss
    found = experiment.predict(small.test_images)
    assert found.outputs.shape == (100, 1)
    assert found.probabilities is None
    assert last.test_accuracy == np.mean(np.trunc(found.outputs[:, 0]) == small.test_labels)
    assert last.test_loss == pytest.approx(np.mean((found.outputs[:, 0] - small.test_labels) ** 2), rel=1e-5)


def test_a_loss_that_does_not_fit_the_network():
    """A regression recipe for a classifying network, and the reverse, is a UsageError that names both."""
    with pytest.raises(UsageError, match=r"'regression' has the loss mean_squared_error, .* 'cnn' has 'logits'"):
        NumpyExperiment("cnn", REGRESSION)
    with pytest.raises(UsageError, match=r"'mlp' has the loss cross_entropy, .* 'linear' has 'number'"):
        NumpyExperiment("linear", "mlp")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("cnnn",), UsageError, "Unknown architecture 'cnnn'. Did you mean 'cnn'"),
        (("cnn", "lenett"), UsageError, "Unknown recipe 'lenett'. Did you mean 'lenet'"),
        (("cnn", Recipe(batch_size=0)), UsageError, "batch_size must be from 1"),
        ((Architecture("bad", (Flatten(), Linear(9))),), ArchitectureError, "ends in 9"),
        (("cnn", Recipe(precision="bfloat16")), BackendError, "refuses precision bfloat16: it has no bfloat16"),
    ],
)
def test_experiments_that_cannot_be(arguments, error, message):
    """What cannot be meant is refused before anything is computed, with the reason."""
    with pytest.raises(error, match=message):
        NumpyExperiment(*arguments, device="cpu")


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_seeds_that_cannot_be(seed):
    """A seed outside of 0 to 2**63 - 1 is a UsageError that says so."""
    with pytest.raises(UsageError, match="seed must be from 0 to 2\\^63 - 1"):
        NumpyExperiment("linear", seed=seed, device="cpu")


@pytest.mark.parametrize("device", ["", "GPU", "gpu:-1", "gpu:1.5", "gpu0", "cpu:0", "gpu:9999"])
def test_unknown_devices(device):
    """A device that has no meaning is a UsageError that lists the valid ones."""
    with pytest.raises(UsageError, match=r"Unknown device .* Valid: auto, cpu, gpu, gpu:N"):
        NumpyExperiment("linear", device=device)


def test_a_device_in_capitals():
    """A device in other letters is a UsageError with the name that is meant."""
    with pytest.raises(UsageError, match=r"Unknown device 'GPU:0'\. Did you mean 'gpu:0'\? Valid"):
        NumpyExperiment("linear", device="GPU:0")


@pytest.mark.parametrize("device", ["gpu", "gpu:3"])
def test_a_gpu_that_is_not_there(device):
    """A GPU is never silently replaced by the CPU."""
    with pytest.raises(BackendError, match="sees 0 GPUs"):
        NumpyExperiment("linear", device=device)


@pytest.mark.parametrize("optimizer", [Adam(beta1=0.99999999), AdamW(beta2=0.999999999), Adam(epsilon=1e-50)])
def test_optimizers_that_vanish_in_rounding(optimizer):
    """A constant that becomes 0 or 1 as a float32, and so a division by zero, is refused and not trained with."""
    with pytest.raises(UsageError, match=r"beta|epsilon"):
        NumpyExperiment("cnn", Recipe(optimizer=optimizer), device="cpu")


@pytest.mark.parametrize("layer", [BatchNorm(epsilon=1e-50), BatchNorm(momentum=1e-9)])
def test_layers_that_vanish_in_rounding(layer):
    """A batch norm whose constant becomes 0 as a float32 is refused and not trained with."""
    with pytest.raises(MnistCompareError, match=r"epsilon|momentum"):
        NumpyExperiment(Architecture("norm", (Flatten(), layer, Linear(10))), device="cpu")
