import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from mnist_compare.architecture import (
    Architecture,
    Auxiliary,
    BatchNorm,
    Branches,
    Convolution,
    Dropout,
    Flatten,
    LeakyReLU,
    Linear,
    MaxPooling,
    ReLU,
    Residual,
)
from mnist_compare.architecture.documented import find_architecture
from mnist_compare.certify.cancelled import cancelled_biases
from mnist_compare.cli import cli
from mnist_compare.defaults import has_layer
from mnist_compare.errors import ArchitectureError
from mnist_compare.experiment.checkpoint import read_checkpoint
from mnist_compare.lowering.bias_behind_pooling import pooled_biases
from mnist_compare.lowering.layout import ChannelsLast
from mnist_compare.randomness import initial_weights
from mnist_compare.recipe import Recipe

NESTED = """
name = "nested"
recipe = "cnn"

[[layers]]
type = "convolution"
channels = 4
kernel = 5
stride = 4

[[layers]]
type = "residual"
body = [
    { type = "branches", branches = [
        [{ type = "convolution", channels = 3, kernel = 1 }],
        [{ type = "residual", body = [
            { type = "convolution", channels = 4, kernel = 3, padding = 1 },
            { type = "batch_norm" },
            { type = "dropout", rate = 0.25 },
        ] }],
    ] },
    { type = "relu" },
]
shortcut = [{ type = "convolution", channels = 7, kernel = 1, bias = false }]

[[layers]]
type = "auxiliary"
weight = 0.5
head = [{ type = "flatten" }, { type = "linear", features = 10 }]

[[layers]]
type = "max_pooling"
size = 2

[[layers]]
type = "flatten"

[[layers]]
type = "linear"
features = 10
"""
END = (Flatten(), Linear(10))


@pytest.fixture
def nested(tmp_path):
    """The network above, from a file."""
    path = tmp_path / "nested.toml"
    path.write_text(NESTED)
    return find_architecture(str(path))


def test_names_of_layers_within_layers_are_paths(nested):
    """Every array can be found by the way to its layer, in checkpoints and in messages."""
    inner = "residual1.branches1.branch2.residual1"
    assert list(nested.parameters) == [
        "conv1.weight",
        "conv1.bias",
        "residual1.branches1.branch1.conv1.weight",
        "residual1.branches1.branch1.conv1.bias",
        f"{inner}.conv1.weight",
        f"{inner}.conv1.bias",
        f"{inner}.norm1.weight",
        f"{inner}.norm1.bias",
        "residual1.shortcut.conv1.weight",
        "auxiliary1.linear1.weight",
        "auxiliary1.linear1.bias",
        "linear1.weight",
        "linear1.bias",
    ]
    assert nested.parameters[f"{inner}.conv1.weight"] == (4, 4, 3, 3)
    assert list(nested.statistics) == [f"{inner}.norm1.running_mean", f"{inner}.norm1.running_var"]
    assert nested.shaped_layers[1].output_shape == (7, 6, 6)
    assert nested.parameter_count == sum(array.size for array in initial_weights(nested, 0).values()) - 8


def test_show_prints_a_file_that_gives_the_same_network(nested, tmp_path):
    """Layers within layers are written as they are read."""
    (tmp_path / "nested.toml").write_text(NESTED)
    printed = CliRunner().invoke(cli, ["show", str(tmp_path / "nested.toml"), "--toml"]).stdout
    (tmp_path / "again.toml").write_text(printed)
    assert find_architecture(str(tmp_path / "again.toml")).layers == nested.layers


def test_show_indents_layers_within_layers(tmp_path):
    """The table shows what stands within what, and a part that has a name of its own."""
    (tmp_path / "nested.toml").write_text(NESTED)
    shown = CliRunner(env={"COLUMNS": "120"}).invoke(cli, ["show", str(tmp_path / "nested.toml")]).stdout.splitlines()
    starts = [line.split()[0] for line in shown[2:19]]
    depths = [len(line) - len(line.lstrip()) for line in shown[2:19]]
    assert starts[:4] == ["conv1", "residual1", "branches1", "branch1"]
    assert depths[:5] == [0, 0, 2, 4, 6]
    assert "shortcut" in starts
    listed = json.loads(CliRunner().invoke(cli, ["show", str(tmp_path / "nested.toml"), "--json"]).stdout)["layers"]
    assert listed[2]["name"] == "residual1.branches1"
    assert listed[2]["settings"] == {}


def test_the_networks_of_the_page_can_be_read(tmp_path):
    """Whoever copies a file from the documentation has a valid one."""
    page = (Path(__file__).parents[1] / "docs/network.md").read_text()
    blocks = re.findall(r"^```toml\n(.*?)^```$", page, re.M | re.S)
    for number, block in enumerate(blocks):
        (tmp_path / f"{number}.toml").write_text(block)
    networks = [find_architecture(str(tmp_path / f"{number}.toml")) for number in range(len(blocks))]
    assert [network.name for network in networks] == ["my_net", "two_ways", "reader", "separable"]
    assert "residual1.branches1.branch2.conv1.weight" in networks[1].parameters


def test_lists_in_lists_have_a_hash_too():
    """Networks made in Python are values, however their layers are given."""
    layers = [Branches([[Convolution(2, 1)], [Convolution(3, 1), ReLU()]]), *END]
    assert hash(Architecture("lists", layers)) == hash(Architecture("lists", tuple(layers)))


DEEP = Residual((ReLU(),))
for _ in range(9):
    DEEP = Residual((DEEP,))

MISFITS = {
    "sum": (
        (Residual((Convolution(4, 3),)),),
        r"layer 1 \(residual1\), input 1x28x28: its body makes 4x26x26, but the input is 1x28x28: a shortcut",
    ),
    "shortcut": (
        (Residual((Convolution(4, 3),), (Convolution(4, 5),)),),
        r"its body makes 4x26x26, but the shortcut makes 4x24x24",
    ),
    "join": (
        (Branches(((Convolution(4, 3),), (ReLU(),))),),
        r"layer 1 \(branches1\), input 1x28x28: its branches make 4x26x26, 1x28x28",
    ),
    "one branch": ((Branches(((ReLU(),),)),), "two branches or more"),
    "no body": ((Residual(()),), "its body has no layers"),
    "no head": ((Auxiliary(()),), "its head has no layers"),
    "weight": ((Auxiliary(END, weight=-1.0),), r"weight must be a number above 0 \(it is -1.0\)"),
    "inner": (
        (ReLU(), Residual((ReLU(), Convolution(2, 30)))),
        r"layer 2, body, layer 2 \(residual1.conv1\), input 1x28x28: a window of 30x30 does not fit",
    ),
    "inner branch": (
        (Branches(((ReLU(),), (Linear(3),))),),
        r"layer 1, branch 2, layer 1 \(branches1.branch2.linear1\)",
    ),
    "head": ((Auxiliary((Flatten(), Linear(3))),), r"auxiliary1: its head ends in 3, but"),
    "head within": ((Residual((Auxiliary(END),)),), "stands among the network's own layers"),
    "deep": ((DEEP,), "8 deep, and no deeper"),
    "many": ((Residual((ReLU(),) * 600), Residual((ReLU(),) * 600)), "1,000 layers, those within others included"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_what_does_not_fit_is_told_with_its_place(name):
    """The sentence says which layer it is, and where in the file."""
    layers, message = MISFITS[name]
    with pytest.raises(ArchitectureError, match=message):
        Architecture("misfit", (*layers, *END)).shaped_layers  # noqa: B018


def test_an_auxiliary_head_at_the_end_is_refused():
    """There must be something behind it, of which it takes away nothing."""
    with pytest.raises(ArchitectureError, match="must have layers of the network behind it"):
        Architecture("end", (*END, Auxiliary((Linear(10),)))).shaped_layers  # noqa: B018


def test_a_file_that_is_nested_too_deeply_is_refused(tmp_path):
    """However deep: no traceback reaches the user."""
    for depth in (20, 3000):
        text = '{type = "residual", body = [' * depth + '{type = "relu"}' + "]}" * depth
        (tmp_path / "deep.toml").write_text(f'name = "deep"\nlayers = [{text}]\n')
        with pytest.raises(ArchitectureError, match="deep"):
            _ = find_architecture(str(tmp_path / "deep.toml")).shaped_layers


def test_passes_see_layers_within_layers():
    """A bias goes behind a pooling, and a flatten keeps its order, in a branch as anywhere."""
    branch = (Convolution(2, 3, padding=1), MaxPooling(28), Flatten(), Dropout(0.5), Linear(4))
    network = Architecture("within", (Branches((branch, (Flatten(), Linear(6)))), Linear(10)))
    within = "branches1.branch1"
    assert pooled_biases(network.shaped_layers) == {f"{within}.conv1": f"{within}.pool1"}
    order = ChannelsLast(network.shaped_layers)
    assert f"{within}.linear1" in order
    assert "branches1.branch2.linear1" in order
    assert "linear1" not in order


def test_a_default_concerns_layers_within_layers():
    """A kind whose own default differs is found in a residual as anywhere."""
    network = Architecture("bent", (Flatten(), Residual((LeakyReLU(),)), Linear(10)))
    assert has_layer(LeakyReLU)(network, Recipe())
    assert not has_layer(ReLU)(network, Recipe())


def test_a_bias_before_a_batch_norm_is_found_through_sums_and_joins():
    """Its gradient is nothing but rounding noise, wherever the batch norm stands."""
    layers = (
        Convolution(2, 3),
        BatchNorm(),
        Residual((Convolution(2, 3, padding=1), BatchNorm(), Convolution(2, 1)), (Convolution(2, 1),)),
        BatchNorm(),
        Branches(((Convolution(3, 1),), (Convolution(2, 1), ReLU()), (Convolution(1, 1),))),
        BatchNorm(),
        Flatten(),
        Linear(10),
    )
    found = cancelled_biases(Architecture("cancelled", layers).shaped_layers)
    assert [(one.bias, one.norm, one.first, one.total) for one in found] == [
        ("conv1.bias", "norm1", 0, 2),
        ("residual1.conv1.bias", "residual1.norm1", 0, 2),
        ("residual1.conv2.bias", "norm2", 0, 2),
        ("residual1.shortcut.conv1.bias", "norm2", 0, 2),
        ("branches1.branch1.conv1.bias", "norm3", 0, 6),
        ("branches1.branch3.conv1.bias", "norm3", 5, 6),
    ]


def test_a_checkpoint_has_the_nested_network(nested, small, tmp_path):
    """It is read back whole, and the training goes on to the same bits."""
    from mnist_compare_numpy import NumpyExperiment

    whole = NumpyExperiment(nested)
    whole.fit(small, epochs=2)
    first = NumpyExperiment(nested)
    first.fit(small, epochs=2, until=1)
    first.save(tmp_path / "nested.safetensors")
    assert read_checkpoint(tmp_path / "nested.safetensors")[0].architecture == nested
    second = NumpyExperiment.load(tmp_path / "nested.safetensors")
    second.fit(small, epochs=2)
    assert all((second.weights()[name] == array).all() for name, array in whole.weights().items())
