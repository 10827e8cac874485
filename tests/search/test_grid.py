"""From a grid to settings: combinations, conditions, samples, and what is said of a grid that cannot be meant."""

import pytest

from mnist_compare.errors import UsageError
from mnist_compare.recipe import SGD, AdamW, Recipe
from mnist_compare.recipe.augmentations import Rotate, Shift
from mnist_compare.runner.networks import find_architectures
from mnist_compare.runner.request import Request
from mnist_compare.search.common import to_toml
from mnist_compare.search.grid import make_grid, read_grid
from mnist_compare.search.recipes import SettingRecipes
from mnist_compare.search.settings import find_settings


def settings(networks=("mlp",), **given):
    """The settings of the first network in such a grid."""
    return find_settings(make_grid(given), networks)[networks[0]]


def recipes(**grid):
    """The recipes of a multilayer perceptron in such a grid."""
    (network,) = find_architectures(["mlp"])
    found = find_settings(make_grid({"grid": grid}), [network.name])
    return SettingRecipes(found)(Request(recipe=Recipe(optimizer=SGD(0.5))), network)


RATES, KINDS = {"learning_rate": [0.1, 0.01]}, {"optimizer": ["sgd", "adam"]}


def test_every_combination():
    """The last part varies fastest; one value needs no list; equal settings are one."""
    assert settings(grid=RATES | KINDS | {"batch_size": 32}) == [
        {"learning_rate": rate, "optimizer": kind, "batch_size": 32} for rate in (0.1, 0.01) for kind in ("sgd", "adam")
    ]
    assert settings(grid={"learning_rate": [0.1, 0.1]}) == [{"learning_rate": 0.1}]


def test_conditions():
    """exclude leaves settings out; when lets some vary in more, or otherwise; a list in a condition is any of them."""
    found = settings(
        ("mlp", "cnn"),
        grid=RATES | KINDS,
        exclude=[{"optimizer": "adam", "learning_rate": 0.1}, {"architecture": "mlp", "learning_rate": [0.01, 0.02]}],
        when=[
            {"optimizer": "sgd", "grid": {"optimizer.momentum": [0, 0.9]}},
            {"architecture": "cnn", "optimizer": "adam", "grid": {"learning_rate": 0.02}},
        ],
    )
    assert found == [{"learning_rate": 0.1, "optimizer": "sgd", "optimizer.momentum": m} for m in (0, 0.9)]


def test_a_sample_is_drawn_the_same_everywhere():
    """So many different settings, by numbers of the sample's own seed; none depends on how many there are."""
    asked = {
        "grid": KINDS | {"batch_size": [16, 32]},
        "ranges": {"learning_rate": {"low": 1e-4, "high": 0.1, "log": True}, "warmup": {"low": 1, "high": 3}},
        "when": [{"optimizer": "sgd", "ranges": {"optimizer.momentum": {"low": 0.0, "high": 0.99}}}],
    }
    found = settings(**asked, sample=200)
    assert found[:3] == settings(**asked, sample=3)
    assert found[:3] != settings(**asked, sample=3, sample_seed=1)
    assert {one["warmup"] for one in found} == {1, 2, 3}
    assert {one["batch_size"] for one in found} == {16, 32}
    assert all(("optimizer.momentum" in one) == (one["optimizer"] == "sgd") for one in found)
    rates = sorted(one["learning_rate"] for one in found)
    assert 1e-4 <= rates[0] < 2e-4
    assert 0.002 < rates[100] < 0.005, "half of the logarithms lie below the middle"
    assert 0.05 < rates[-1] <= 0.1
    assert found[0] == {
        "optimizer": "sgd",
        "batch_size": 16,
        "learning_rate": 0.0008728,
        "warmup": 2,
        "optimizer.momentum": 0.6855,
    }
    assert len(settings(grid=KINDS | {"batch_size": [16, 32]}, sample=4)) == 4


def test_recipes_of_settings():
    """Names, tables, parts of an optimizer and lists mean what they mean in the file of a recipe."""
    found = recipes(
        optimizer=["adamw", {"type": "adamw", "beta1": 0.8}],
        learning_rate=[0.25],
        **{"optimizer.weight_decay": 0.125},
        normalization={"mean": 0.5, "std": 0.5},
        augmentation=["rotate,shift", [{"type": "rotate", "degrees": [-5, 5]}], "none"],
        freeze=["none", "body", ["linear1"]],
    )
    assert len(found) == 2 * 3 * 3
    assert {recipe.optimizer for recipe in found} == {
        AdamW(0.25, weight_decay=0.125),
        AdamW(0.25, weight_decay=0.125, beta1=0.8),
    }
    assert {recipe.augmentation for recipe in found} == {(Rotate(), Shift()), (Rotate(degrees=(-5, 5)),), ()}
    assert {recipe.freeze for recipe in found} == {(), ("body",), ("linear1",)}
    assert found[0].normalization.mean == 0.5
    assert recipes(learning_rate=[0.1, 0.1], shuffle=[True]) == recipes(learning_rate=0.1)


BAD = {
    "nothing": ({}, "nothing varies in it"),
    "empty": ({"grid": {"learning_rate": []}}, "learning_rate has no value"),
    "unknown part": ({"grid": {"learning_rat": [1]}}, "'learning_rat'. Did you mean 'learning_rate'?"),
    "unknown number": ({"grid": {"optimizer.momentun": [1]}}, "Did you mean 'optimizer.momentum'?"),
    "unknown field": ({"grid": RATES, "holdout": 0.1}, "holdout is no field here (did you mean hold_out?"),
    "part above": ({"grid": RATES, "batch_size": 3}, "batch_size is part of a recipe, and stands below [grid]"),
    "type": ({"grid": RATES, "epochs": [3]}, "epochs must be"),
    "range without sample": ({"ranges": {"learning_rate": {"low": 1, "high": 2}}}, "such as sample = 20"),
    "inverted": (
        {"sample": 2, "ranges": {"learning_rate": {"low": 2, "high": 1}}},
        "low below its high (they are 2 and",
    ),
    "log of 0": ({"sample": 2, "ranges": {"learning_rate": {"low": 0, "high": 1, "log": True}}}, "must be above 0"),
    "both": (
        {"sample": 2, "grid": RATES, "ranges": {"learning_rate": {"low": 1, "high": 2}}},
        "a list of values and a",
    ),
    "no high": ({"sample": 2, "ranges": {"learning_rate": {"low": 1}}}, "ranges.learning_rate.high is missing"),
    "sample too large": ({"sample": 5, "grid": RATES}, "draws gave 2 different settings"),
    "condition on a range": (
        {
            "sample": 1,
            "ranges": {"learning_rate": {"low": 1.0, "high": 2.0}},
            "grid": KINDS,
            "exclude": [{"learning_rate": 1}],
        },
        "Those of ranges are no conditions",
    ),
    "condition names nothing": ({"grid": RATES, "exclude": [{"optimiser": "sgd"}]}, "'optimiser'. "),
    "backend": ({"grid": RATES, "exclude": [{"backend": "torch"}]}, "Valid: architecture, learning_rate."),
    "value": (
        {"grid": RATES, "exclude": [{"learning_rate": 0.2}]},
        "no setting has learning_rate 0.2. Valid: 0.1, 0.01",
    ),
    "network": (
        {"grid": RATES, "exclude": [{"architecture": "cnn"}]},
        "no setting has architecture 'cnn'. Valid: 'mlp'",
    ),
    "True is not 1": ({"grid": {"warmup": [1, 2]}, "exclude": [{"warmup": True}]}, "no setting has warmup True"),
    "matches nothing": (
        {
            "grid": KINDS,
            "when": [{"optimizer": "sgd", "grid": {"warmup": [1]}}],
            "exclude": [{"optimizer": "adam", "warmup": 1}],
        },
        "exclude, number 1 matches no setting",
    ),
    "no condition": ({"grid": RATES, "exclude": [{}]}, "exclude, number 1 has no condition"),
    "when nothing": ({"grid": RATES, "when": [{"learning_rate": 0.1}]}, "when, number 1 says nothing that varies"),
    "when ranges": (
        {"grid": KINDS, "when": [{"optimizer": "sgd", "ranges": {"warmup": {"low": 1, "high": 2}}}]},
        "ranges go with sample alone",
    ),
    "when bad ranges": (
        {"sample": 1, "grid": KINDS, "when": [{"optimizer": "sgd", "ranges": {"warmup": 3}}]},
        "ranges must be tables with low and high",
    ),
    "no run left": (
        {"grid": RATES, "exclude": [{"architecture": "mlp"}]},
        "exclude leaves no setting of network 'mlp'",
    ),
    "too many": (
        {"grid": {name: list(range(40)) for name in ("warmup", "epochs", "patience", "batch_size")}},
        "2,560,000",
    ),
    "value of Python": ({"grid": {"learning_rate": [object()]}}, "cannot stand in a sweep"),
}


@pytest.mark.parametrize(("given", "told"), BAD.values(), ids=BAD)
def test_what_cannot_be_meant(given, told):
    """A grid that cannot be meant is refused in words that name the place and what is valid."""
    with pytest.raises(UsageError) as caught:
        settings(**given)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("grid", "told"),
    [
        (
            {"learning_rate": [0.1, -1]},
            "Setting learning_rate = -1 of network 'mlp': learning_rate must be a number of",
        ),
        ({"optimizer": ["adm"]}, "Setting optimizer = 'adm' of network 'mlp': Unknown optimizer 'adm'. Did you mean"),
        ({"optimizer": ["adam"], "optimizer.momentum": [0.9]}, "optimizer 'adam' has no momentum, but learning_rate,"),
        ({"batch_size": ["x"]}, "batch_size must be a whole number"),
        ({"batch_size": [[1, 2]]}, "batch_size"),
        ({"optimizer": [{"type": "sgd", "momentun": 1}]}, "momentun is no field here (did you mean momentum?"),
        ({"freeze": [["convolution*"]]}, "convolution"),
        (
            {"augmentation": [[{"type": "rotate", "degrees": 5}]]},
            "augmentation, number 1 (rotate): degrees must be a list",
        ),
        ({"augmentation": ["rotat"]}, "Did you mean 'rotate'?"),
        ({"loss": ["mean_squared_error"]}, "needs an architecture with output 'number'"),
        ({"patience": [3.5]}, "patience must be a whole number"),
    ],
)
def test_a_value_that_a_recipe_refuses(grid, told):
    """The error names the setting and the network, and says what the recipe says."""
    with pytest.raises(UsageError) as caught:
        recipes(**grid)
    assert "of network 'mlp': " in str(caught.value)
    assert told in str(caught.value)


TEXT = """
architectures = ["mlp", "cnn"]
seeds = "0-4"
sample = 3
[grid]
optimizer.momentum = [0.0, 0.9]
freeze = [["body"], "none"]
[ranges]
learning_rate = { low = 1e-4, high = 0.1, log = true }
[[when]]
architecture = "cnn"
[when.grid]
batch_size = [8]
"""


def test_a_file_and_what_is_kept_of_a_dict_are_the_same(tmp_path):
    """What a folder keeps of a sweep that was asked for in Python can be read as its file."""
    (tmp_path / "grid.toml").write_text(TEXT)
    grid = read_grid(tmp_path / "grid.toml")
    (tmp_path / "again.toml").write_text(to_toml(grid))
    assert read_grid(tmp_path / "again.toml") == grid
    assert grid.request().seeds == (0, 1, 2, 3, 4)
    assert find_settings(grid, ["cnn"])["cnn"][0]["batch_size"] == 8


def test_a_kept_sweep_may_hold_long_lists_and_any_text(tmp_path):
    """Hundreds of values, and names with symbols and control characters, are read back from what a folder keeps."""
    grid = make_grid(
        {"architectures": ["a\U0001f600\x7f.toml"], "grid": {"learning_rate": [n / 1e3 for n in range(300)]}}
    )
    (tmp_path / "again.toml").write_text(to_toml(grid), encoding="utf-8")
    assert read_grid(tmp_path / "again.toml") == grid
    with pytest.raises(UsageError, match="is no text"):
        make_grid({"architectures": ["a\udcff.toml"], "grid": {"learning_rate": [0.1]}})


def test_errors_of_a_file_have_its_lines(tmp_path):
    """A file that does not fit is refused with the line that is meant."""
    (tmp_path / "grid.toml").write_text(f"jobs = 0\n{TEXT}")
    with pytest.raises(UsageError, match=r"grid.toml does not describe a sweep: line 1: jobs must be from 1 to"):
        read_grid(tmp_path / "grid.toml")
