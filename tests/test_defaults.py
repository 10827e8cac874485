"""The modes by name, and which defaults differ from matched mode in a network."""

from pathlib import Path

import pytest

from mnist_compare.architecture import Architecture, BatchNorm, Dropout, Flatten, Linear
from mnist_compare.backend import find_backend
from mnist_compare.defaults import CORE, concerned, find_defaults, own_layers, own_optimizer
from mnist_compare.errors import UsageError
from mnist_compare.recipe import SGD, Adam, AdamW, Recipe
from mnist_compare.recipe.mode import check_mode, find_modes, named_defaults
from mnist_compare.recipe.schedules import Constant, Cosine
from mnist_compare_numpy import NumpyExperiment

KERAS, TORCH, PADDLE = (find_backend(name).defaults for name in ("keras", "torch", "paddle"))
PLAIN = Architecture("plain", (Flatten(), Linear(10)))
NORMED = Architecture("normed", (Flatten(), Linear(8), BatchNorm(), Dropout(0.5), Linear(10)))


def test_a_mode_may_name_defaults_in_any_order():
    """Names of defaults stand by alphabet, each once, so that the same run has the same name."""
    assert check_mode("native:initializer+epsilon+epsilon") == "native:epsilon+initializer"
    assert named_defaults("native:epsilon+initializer") == ("epsilon", "initializer")
    assert named_defaults("native") == named_defaults("matched") == ()
    assert find_modes(["both", "native:epsilon", "matched"]) == ("matched", "native", "native:epsilon")


@pytest.mark.parametrize("mode", ["native:", "native:+", "native:a b", "native:Epsilon", "matched:epsilon", "both", ""])
def test_a_mode_that_is_none_is_told_with_the_valid_ones(mode):
    """What cannot be a mode is an error that says how defaults are named."""
    with pytest.raises(UsageError, match="such as native:epsilon"):
        check_mode(mode)


def test_a_default_that_a_backend_does_not_have():
    """It is told with those that there are; one that was misspelt is recognised."""
    with pytest.raises(UsageError, match=r"Unknown default of backend 'torch': 'epsilon'\. .*running-variance"):
        find_defaults("native:epsilon", TORCH, "torch")
    with pytest.raises(UsageError, match="Did you mean 'initializer'"):
        find_defaults("native:initialiser", PADDLE, "paddle")
    with pytest.raises(UsageError, match="Unknown default of backend 'numpy': 'initializer'"):
        NumpyExperiment("linear", mode="native:initializer")


def test_native_mode_is_every_default_and_matched_none():
    """A backend that has declared none, of somebody else's perhaps, leaves weights, masks and rounding to itself."""
    assert find_defaults("native", KERAS, "keras") == {default.name for default in KERAS}
    assert find_defaults("native", (), "theirs") == set(CORE)
    assert find_defaults("matched", KERAS, "keras") == frozenset()


@pytest.mark.parametrize(
    ("declared", "network", "recipe", "names"),
    [
        (KERAS, PLAIN, Recipe(optimizer=SGD(0.1)), "initializer"),
        (KERAS, PLAIN, Recipe(optimizer=SGD(0.1, momentum=0.5)), "initializer arithmetic"),
        (
            KERAS,
            PLAIN,
            Recipe(optimizer=SGD(0.1, momentum=0.5), schedule=Cosine()),
            "initializer momentum-form",
        ),
        (KERAS, PLAIN, Recipe(optimizer=SGD(0.1, weight_decay=0.5)), "initializer weight-decay"),
        (KERAS, PLAIN, Recipe(optimizer=Adam()), "initializer epsilon arithmetic"),
        (KERAS, PLAIN, Recipe(optimizer=AdamW()), "initializer epsilon weight-decay arithmetic"),
        (KERAS, PLAIN, Recipe(optimizer=AdamW(weight_decay=0.5)), "initializer epsilon arithmetic"),
        (
            KERAS,
            NORMED,
            Recipe(optimizer=SGD(0.1)),
            "initializer generator norm-epsilon norm-momentum arithmetic",
        ),
        (TORCH, NORMED, Recipe(optimizer=SGD(0.1)), "initializer generator running-variance arithmetic"),
        (PADDLE, PLAIN, Recipe(optimizer=SGD(0.1)), "initializer"),
        (PADDLE, PLAIN, Recipe(optimizer=Adam()), "initializer arithmetic"),
    ],
)
def test_a_default_concerns_the_networks_in_which_it_differs(declared, network, recipe, names):
    """What is the same in a network by a recipe is not among them, so that it is not trained for nothing."""
    assert concerned(declared, network, recipe) == tuple(names.split())


def test_numbers_of_a_framework_take_the_place_of_those_that_nobody_has_set():
    """A number that recipe or network set themselves stays, and so do all whose default is not chosen."""
    adam, set_adam = Recipe(optimizer=Adam()), Recipe(optimizer=Adam(epsilon=1e-3), schedule=Constant())
    assert own_optimizer(adam, KERAS, {"epsilon"}).epsilon == pytest.approx(1e-7)
    assert own_optimizer(adam, KERAS, {"weight-decay", "norm-epsilon"}).epsilon == pytest.approx(1e-8)
    assert own_optimizer(set_adam, KERAS, {"epsilon", "arithmetic"}).epsilon == 1e-3
    layers = Architecture("two", (Flatten(), BatchNorm(), BatchNorm(epsilon=0.01), Linear(10))).shaped_layers
    own = own_layers(layers, KERAS, {"norm-epsilon"})
    assert [shaped.layer.epsilon for shaped in own if isinstance(shaped.layer, BatchNorm)] == [1e-3, 0.01]
    assert own_layers(layers, KERAS, {"initializer"}) == layers


@pytest.mark.parametrize("declared", [KERAS, TORCH, PADDLE])
def test_every_default_is_told_in_words(declared):
    """Names can stand in a mode, and each says what it is, what it is in matched mode, and where it differs."""
    for default in declared:
        assert check_mode(f"native:{default.name}")
        assert all((default.own, default.matched, default.where))


def test_the_page_tells_every_default_as_it_is_declared():
    """The table of docs/attribution.md has a row for each default of each framework, in the same words."""
    page = (Path(__file__).parents[1] / "docs" / "attribution.md").read_text()
    for name, declared in (("torch", TORCH), ("keras", KERAS), ("paddle", PADDLE)):
        for default in declared:
            assert f"| `{default.name}` | {name} | {default.own} | {default.matched} | {default.where} |" in page
