"""The commands that train nothing: help, show, list, samples, doctor."""

import json

import numpy as np
import pytest
from command_line import contents, refusal, run_cli, run_here
from PIL import Image

PARAMETERS = {
    "linear": "785",
    "mlp": "269,322",
    "cnn": "9,098",
    "lenet": "121,930",
    "convnet": "36,830",
    "alexnet": "56,826,570",
}


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("run", "--help"), ("predict", "-h"), ("--version",)])
def test_help_is_readable(tmp_path, arguments):
    """Help and version end well, and show no marks of their own making."""
    result = run_cli(*arguments, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert "mnist_compare" in result.stdout
    assert "\\b" not in result.stdout


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("run", "--jobs", "x")])
def test_usage_names_a_command_that_there_is(tmp_path, arguments):
    """Usage and hints name the program as it is called: python -m mnist_compare."""
    result = run_cli(*arguments, cwd=tmp_path)
    said = result.stdout + result.stderr
    assert said.startswith("Usage: python -m mnist_compare ")
    assert said.count("mnist_compare") == said.count("python -m mnist_compare")


def test_help_shows_commands_on_lines_of_their_own(tmp_path):
    """The examples of the help can be copied: each is a line."""
    lines = [line.strip() for line in run_cli("--help", cwd=tmp_path).stdout.splitlines()]
    assert "python -m mnist_compare --backends torch,keras,paddle" in lines


@pytest.mark.parametrize("name", PARAMETERS)
def test_show_counts_the_parameters_and_prints_a_file(tmp_path, name):
    """`show` gives the exact number of parameters; what --toml prints is the same network under another name."""
    (tmp_path / "mine.toml").write_text(run_here("show", name, "--toml", cwd=tmp_path).stdout)
    documented, mine = (run_here("show", which, cwd=tmp_path).stdout for which in (name, "mine.toml"))
    assert f"\n{PARAMETERS[name]} parameters\n" in documented
    assert mine.startswith(f"my_{name}: input 1x28x28")
    assert mine.removeprefix("my_") == documented[: documented.index("Source: ")]


@pytest.mark.parametrize("name", ["googlenet_imagenet", "resnet18_imagenet"])
def test_the_file_of_a_network_for_other_images_says_which(tmp_path, name):
    """What --toml prints of a network for 3x224x224 and 1,000 classes is one for these."""
    (tmp_path / "mine.toml").write_text(run_here("show", name, "--toml", cwd=tmp_path).stdout)
    documented, mine = (run_here("show", which, cwd=tmp_path).stdout for which in (name, "mine.toml"))
    assert "input 3x224x224" in documented
    assert mine.removeprefix("my_") == documented[: documented.index("Source: ")]


def test_show_has_the_layers_as_json(tmp_path):
    """`show --json` has every layer with its settings, shape and parameters, which add up."""
    shown = json.loads(run_here("show", "cnn", "--json", cwd=tmp_path).stdout)
    assert shown["parameters"] == sum(layer["parameters"] for layer in shown["layers"]) == 9098
    assert [layer["layer"] for layer in shown["layers"][:3]] == ["convolution", "relu", "max_pooling"]
    assert shown["layers"][0]["settings"] == {"channels": 8, "kernel": 3, "padding": 1}
    assert shown["layers"][2]["output_shape"] == [8, 14, 14]


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("backends", {"torch", "keras", "paddle", "numpy"}),
        ("architectures", set(PARAMETERS)),
        ("recipes", {"linear", "mlp", "cnn", "lenet", "convnet"}),
        ("datasets", {"mnist", "sklearn:digits", "PATH", "PATH#OPTIONS"}),
        ("passes", {"channels-last", "bias-rows", "batch-parts", "one-thread"}),
    ],
)
def test_list_names_what_there_is(tmp_path, what, names):
    """Each list has a line per thing, and is the same as JSON."""
    listed = json.loads(run_here("list", what, "--json", cwd=tmp_path).stdout)
    lines = run_here("list", what, cwd=tmp_path).stdout.splitlines()
    assert names <= set(listed)
    assert [line.split()[0] for line in lines] == list(listed)
    for line, text in zip(lines, listed.values(), strict=True):
        assert line.endswith(text)


def test_a_recipe_of_one_epoch_is_listed_in_the_singular(tmp_path):
    """`list recipes` says "1 epoch" and "10 epochs"."""
    text = run_here("list", "recipes", cwd=tmp_path).stdout
    assert ", 1 epoch," in text
    assert ", 10 epochs," in text
    assert "1 epochs" not in text


def test_samples_shows_shapes_and_draws_a_grid(tmp_path):
    """`samples` prints the shapes and the images per digit, and draws some images and the mean of each digit."""
    result = run_here("samples", "--count", "20", "--output", "grid.png", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "[60000, 1, 28, 28] from 0 to 255" in result.stdout
    assert "[10000, 1, 28, 28]" in result.stdout
    assert "1: 6,742" in result.stdout
    made = {"grid.png", "grid.svg", "grid-classes.png", "grid-classes.svg"}
    assert {path.name for path in tmp_path.iterdir()} == made
    with Image.open(tmp_path / "grid.png") as image:
        assert np.asarray(image.convert("L")).std() > 5
    before = contents(tmp_path)
    taken = "grid.png, grid.svg, grid-classes.png and grid-classes.svg exist already"
    assert taken in refusal(run_here("samples", "-o", "grid", cwd=tmp_path))
    assert contents(tmp_path) == before
    assert run_here("samples", "-o", "grid", "--force", cwd=tmp_path).returncode == 0
    assert contents(tmp_path) != before


def test_doctor_examines_every_backend(tmp_path):
    """`doctor --json` tries every backend, and says of each whether it is usable, or what to do about it."""
    result = run_cli("doctor", "--json", cwd=tmp_path)
    shown = json.loads(result.stdout)
    found = {finding["backend"]: finding for finding in shown["backends"]}
    assert {"torch", "keras", "paddle", "numpy"} <= set(found)
    assert found["numpy"]["usable"]
    for name, finding in found.items():
        assert name in json.dumps(finding)
        assert finding["text"]
        assert finding["usable"] or "pip install" in finding["remedy"]
    usable = any(finding["usable"] for name, finding in found.items() if name != "numpy")
    assert result.returncode == (0 if usable else 1)
    assert not list(tmp_path.iterdir())
