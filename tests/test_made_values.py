from pathlib import Path

import numpy as np
import pytest

from mnist_compare import Adam, Architecture, Flatten, Linear, Recipe, Step
from mnist_compare.errors import ArchitectureError, UsageError
from mnist_compare_numpy import NumpyExperiment


def test_numbers_of_numpy_and_lists_are_taken():
    """Values made with NumPy's numbers and lists, in a sweep for instance, equal those of Python's own."""
    network = Architecture("mine", [Flatten(), Linear(np.int64(10))])
    assert network == Architecture("mine", (Flatten(), Linear(10)))
    assert hash(network) == hash(Architecture("mine", (Flatten(), Linear(10))))
    assert network.parameter_count == 7850
    rates = [Recipe(optimizer=Adam(rate)).check().optimizer.learning_rate for rate in np.logspace(-3, -1, 3)]
    assert rates == pytest.approx([0.001, 0.01, 0.1])
    assert {type(rate) for rate in rates} == {float}
    assert type(Recipe(batch_size=np.int32(8), shuffle=np.bool_(False)).batch_size) is int


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"loss": "mse"}, 'loss "mse" is unknown (did you mean "mean_squared_error"?'),
        ({"precision": "float16"}, 'precision "float16" is unknown (did you mean "bfloat16"?'),
        ({"normalization": "none"}, 'normalization "none" is unknown (valid: "standard", "unit")'),
        ({"batch_size": "64", "epochs": 1.5}, 'batch_size must be a whole number (it is "64"); epochs must be a whole'),
        ({"shuffle": 1}, "shuffle must be true or false (it is 1)"),
        (
            {"optimizer": "adam"},
            'optimizer must be a table with type "adam", "adamw", "nadam"',
        ),
        (
            {"optimizer": {"type": "adam"}},
            "(it is the dict {'type': 'adam'}, where Python code gives a value of the cl",
        ),
        ({"schedule": {"type": "step", "every": 2}}, 'schedule must be a table with type "constant", "step", "cosine"'),
        ({"optimizer": Step()}, 'optimizer.type "step" is unknown (valid: "adam", "adamw", "nadam"'),
        ({"source": Path("here")}, "source must be text in quotes (it is PosixPath('here'))"),
        ({"source": b"here"}, "source must be text in quotes (it is b'here')"),
        ({"source": "\ud800"}, "source must be text in quotes (it is '\\ud800', which is no valid Unicode)"),
        (
            {"epochs": 2**99},
            "epochs must be from -9,223,372,036,854,775,808 to 9,223,372,036,854,775,807 (it is a n",
        ),
        ({"schedule": Step(every=1.5)}, "schedule.every must be a whole number (it is 1.5)"),
        ({"optimizer": Adam("0.1")}, 'optimizer.learning_rate must be a number (it is "0.1")'),
    ],
)
def test_a_recipe_that_cannot_be(values, told):
    """A recipe made in Python with a value of the wrong type or an unknown name is a UsageError that names it."""
    with pytest.raises(UsageError) as caught:
        Recipe("mine", **values).check()
    assert str(caught.value).startswith("Recipe 'mine': ")
    assert told in str(caught.value)


@pytest.mark.parametrize("optimizer", [{"type": "adam"}, "adam", 5, None, Adam])
def test_a_rate_for_an_optimizer_that_is_none(optimizer):
    """A learning rate for what is no optimizer is a UsageError that says which there are."""
    with pytest.raises(UsageError, match=r'optimizer must be a table with type "adam", .* or "sgd"'):
        Recipe(optimizer=optimizer).changed(learning_rate=0.1)


@pytest.mark.parametrize("name", [b"mine", pytest.param(10**9999, id="vast"), object(), {"a": 1}, "\ud800"])
def test_names_that_are_no_text(name):
    """Whatever stands in place of a name, the error says that it must be text."""
    with pytest.raises(UsageError, match="name must be text in quotes"):
        Recipe(name).check()
    with pytest.raises(ArchitectureError, match="name must be text in quotes"):
        _ = Architecture(name, (Flatten(), Linear(10))).shaped_layers


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (
            {"architecture": {"name": "mine"}},
            "architecture must be text or a path or a value of Architecture (it is {'na",
        ),
        ({"architecture": None}, "architecture must be text or"),
        ({"recipe": {"epochs": 2}}, "recipe must be text or a path or a value of Recipe or None (it is {'epochs': 2})"),
        ({"seed": 1.5, "device": 5}, "seed must be a whole number (it is 1.5); device must be text (it is 5)"),
        ({"seed": True}, "seed must be a whole number (it is True)"),
        ({"mode": None}, "mode must be text (it is None)"),
        ({"execution": b"eager"}, "execution must be text (it is b'eager')"),
    ],
)
def test_an_experiment_that_cannot_be(values, told):
    """An experiment that is given values of other types is a UsageError that names each, and nothing is built."""
    with pytest.raises(UsageError) as caught:
        NumpyExperiment(**{"architecture": "linear"} | values)
    assert told in str(caught.value)


def test_a_seed_of_numpy_is_taken():
    """A seed out of a NumPy array is the same as Python's own."""
    one, other = (NumpyExperiment("linear", seed=seed) for seed in (np.int64(3), 3))
    assert repr(one) == repr(other)
    assert all(np.array_equal(array, other.weights()[name]) for name, array in one.weights().items())


@pytest.mark.parametrize(
    ("layers", "values", "told"),
    [
        (
            [Flatten(), Linear("10")],
            {},
            'layers, number 2 (linear): features "10" is unknown (valid: "classes")',
        ),
        (
            [Flatten(), Linear(10.0)],
            {},
            'layers, number 2 (linear): features must be a whole number or "classes" (it is 10.0)',
        ),
        ([Flatten, Linear(10)], {}, 'layers, number 1 must be a table with type "'),
        (["flatten", Linear(10)], {}, 'layers, number 1 must be a table with type "'),
        ([{"type": "flatten"}, Linear(10)], {}, "layers, number 1 must be a table with type"),
        ({Flatten()}, {}, "layers must be a list (it is {Flatten()})"),
        (
            [Flatten(), Linear(10)],
            {"recipe": {"epochs": 2}},
            "recipe must be text in quotes or a table (it is the dict",
        ),
        ([Flatten(), Linear(10)], {"recipe": Recipe(optimizer={"type": "adam"})}, "recipe.optimizer must be a table"),
        (Flatten(), {}, "layers must be a list"),
        ([Flatten(), Linear(10)], {"initializer": "xavier"}, 'did you mean "glorot_uniform"?'),
        ([Flatten(), Linear(10)], {"recipe": 5}, "recipe must be text in quotes or a table (it is 5)"),
    ],
)
def test_a_network_that_cannot_be(layers, values, told):
    """A network made in Python with a value of the wrong type is an ArchitectureError with the layer, from 1."""
    with pytest.raises(ArchitectureError) as caught:
        _ = Architecture("mine", layers, **values).shaped_layers
    assert told in str(caught.value)
