"""Images of any size, with colours, and any number of classes: all that is trained takes them from the data."""

import msgspec
import numpy as np
import pytest
from any_images import OWN, SHAPES, made

from mnist_compare import Architecture, Flatten, Linear, Recipe, UsageError, compare
from mnist_compare.architecture import Residual
from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.errors import ArchitectureError
from mnist_compare.experiment.evaluation import Evaluation, evaluate_outputs
from mnist_compare.records.spec import DataSpec
from mnist_compare_numpy import NumpyExperiment


@pytest.mark.parametrize("name", SHAPES)
def test_a_comparison_takes_shape_and_classes_from_the_data(name, tmp_path):
    """One network of one's own is trained, evaluated, reported and found again on images of each kind."""
    shape, classes = SHAPES[name]
    data = made(shape, classes)
    asked = {"dataset": data, "epochs": 1, "output": tmp_path / "out"}
    (record,) = compare("numpy", OWN, **asked).records
    assert record.spec.architecture.input_shape == data.image_shape == record.spec.data.image_shape
    assert record.spec.architecture.layers[-1].features == classes == record.test.class_count
    assert (tmp_path / "out" / "report.html").exists()
    again = compare("numpy", OWN, **asked).records
    assert [one.key for one in again] == [record.key]


def test_an_experiment_on_coloured_images(tmp_path):
    """Training, evaluation, prediction and a checkpoint, with a mean and a deviation for each channel."""
    data = made((12, 10, 3), 5)
    network = OWN.fitted_to(data.image_shape, data.class_count)
    experiment = NumpyExperiment(network, Recipe(normalization="standard", epochs=1))
    experiment.fit(data)
    found = experiment.predict(data.test_images)
    assert found.probabilities.shape == (50, 5)
    experiment.save(tmp_path / "own.safetensors")
    loaded = NumpyExperiment.load(tmp_path / "own.safetensors")
    assert len(loaded.mean) == 3
    assert np.array_equal(loaded.predict(data.test_images).outputs, found.outputs)
    with pytest.raises(ArchitectureError, match=r"made for images of 3x12x10 and 5 classes, but the data have 1x8x8"):
        loaded.evaluate(made((8, 8), 5))


def test_documented_networks_are_for_the_digits_what_they_were():
    """Fitted to MNIST a network has ten features, and its JSON says so, as records have always had it."""
    fitted = ARCHITECTURES["mlp"].fitted_to((1, 28, 28), 10)
    assert fitted.layers[-1] == Linear(10)
    assert b'"classes"' not in msgspec.json.encode(fitted)
    assert fitted.fitted_to((1, 28, 28), 10) is fitted


def test_classes_stand_in_layers_within_layers():
    """The number takes the place of the word wherever it stands."""
    nested = Architecture("nested", (Flatten(), Residual((Linear("classes"),), (Linear("classes"),))))
    assert nested.fitted_to((1, 8, 8), 7).parameters["residual1.linear1.weight"] == (7, 64)


def test_a_network_that_does_not_fit_says_from_which_size_on_it_would():
    """The layer is named, and the smallest larger image that all layers take."""
    with pytest.raises(ArchitectureError, match=r"layer \d+ .*Images of \d+x\d+ pixels would be large enough for it"):
        ARCHITECTURES["lenet"].fitted_to((1, 8, 8), 10)


def test_class_weights_are_held_against_the_data():
    """One weight for each class: another number of them is told before anything is trained."""
    with pytest.raises(UsageError, match="has 3 class_weights, but the data have 10 classes"):
        compare("numpy", OWN, recipe=Recipe(class_weights=(1.0, 2.0, 3.0)), dataset=made((8, 8), 10))


def test_a_thousand_classes_take_little_room():
    """The confusion matrix of many classes is compressed, and comes out as it was."""
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 1000, 10_000)
    outputs = np.eye(1000, dtype=np.float32)[np.where(rng.random(10_000) < 0.9, labels, 0)]
    found = evaluate_outputs(outputs, labels, "cross_entropy", 1000, keep=True)
    packed = msgspec.json.encode(found)
    assert len(packed) < 60_000
    again = msgspec.json.decode(packed, type=Evaluation)
    assert again.matrix.sum() == 10_000
    assert again.matrix.trace() == found.right
    assert len(again.scores) == again.class_count == 1000
    damaged = msgspec.json.decode(packed)
    damaged["packed_confusion"] = "AAAA"
    with pytest.raises(msgspec.ValidationError, match="no confusion matrix"):
        msgspec.convert(damaged, Evaluation)


def test_records_of_digits_say_nothing_of_their_shape():
    """What a record says of MNIST is what older records said; of other images it tells shape and classes."""
    assert b"image_shape" not in msgspec.json.encode(DataSpec("mnist", "a", 1, 1, image_shape=(1, 28, 28)))
    assert b"image_shape" in msgspec.json.encode(DataSpec("a", "b", 1, 1, image_shape=(3, 28, 28)))
