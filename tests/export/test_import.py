"""Weights of other programs become checkpoints: what went where is told, and the network computes what it computed."""

import json
import pickle
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import onnx
import pytest
from click.testing import CliRunner
from onnx import helper, numpy_helper
from safetensors.numpy import save_file

from mnist_compare import DataError, OutputError, UsageError
from mnist_compare.architecture.documented import ARCHITECTURES, default_recipe
from mnist_compare.certify.layer_networks import LAYER_NETWORKS
from mnist_compare.cli import cli
from mnist_compare.experiment.checkpoint import read_checkpoint
from mnist_compare.export.importing import import_weights
from mnist_compare.export.onnx import make_model
from mnist_compare.export.onnx.weights import read_weights
from mnist_compare.recipe import find_recipe
from mnist_compare_numpy import NumpyExperiment

LENET = ARCHITECTURES["lenet"].fitted_to((1, 28, 28), 10)
SLOW = {"keras": pytest.mark.slow, "paddle": pytest.mark.slow}
NETWORKS = [*LAYER_NETWORKS.values(), *(ARCHITECTURES[name].fitted_to((1, 28, 28), 10) for name in ("vit", "lstm"))]


def drawn(network):
    """Weights that are all different."""
    rng = np.random.default_rng(6)
    shapes = network.parameters | network.statistics
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_an_onnx_file_gives_back_the_weights(network, tmp_path):
    """To the bit, of every kind of layer, in whatever order its operators take them."""
    weights = drawn(network)
    (tmp_path / "one.onnx").write_bytes(make_model(network, weights).SerializeToString())
    found, matches = read_weights(tmp_path / "one.onnx", network)
    assert found.keys() == weights.keys()
    told = {match.ours for match in matches}
    assert all(np.array_equal(found[name], weights[name]) for name in told)
    assert {name.partition(".")[0].rstrip("0123456789") for name in weights.keys() - told} <= {"auxiliary"}


def test_an_onnx_file_of_another_program(tmp_path):
    """Other names, in the order of the layers, and of the shapes that the network has: they are taken one by one."""
    weights = drawn(LENET)
    constants = [numpy_helper.from_array(array, f"onnx::{number}") for number, array in enumerate(weights.values())]
    tensor = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "theirs", [tensor], [tensor], constants)
    (tmp_path / "theirs.onnx").write_bytes(helper.make_model(graph).SerializeToString())
    done = CliRunner().invoke(
        cli, ["import", str(tmp_path / "theirs.onnx"), "-a", "lenet", "-o", str(tmp_path / "made.safetensors")]
    )
    assert done.exit_code == 0, done.output
    assert "onnx::0" in done.output
    assert "conv1.weight" in done.output
    experiment = NumpyExperiment.load(tmp_path / "made.safetensors")
    assert all(np.array_equal(array, weights[name]) for name, array in experiment.weights().items())
    assert (experiment.epoch, experiment.step) == (0, 0)


def test_safetensors_by_name_and_in_order(tmp_path):
    """As PyTorch's users keep them: under these names, or under their own in the order of the layers."""
    weights = drawn(LENET)
    save_file(weights, tmp_path / "ours.safetensors")
    renamed = {f"{number:02}.array": array for number, array in enumerate(weights.values())}
    save_file(renamed, tmp_path / "theirs.safetensors")
    for name in ("ours", "theirs"):
        made = tmp_path / f"{name}-made.safetensors"
        matches = import_weights(tmp_path / f"{name}.safetensors", LENET, default_recipe(LENET), made)
        assert len(matches) == len(weights)
        _, found, _ = read_checkpoint(made)
        assert all(np.array_equal(found[key], weights[key]) for key in weights)


def test_what_cannot_be_imported_is_said(tmp_path):
    """Shapes that are others, kinds that are not read, damage, and a checkpoint that is there already."""
    recipe = default_recipe(LENET)
    made = tmp_path / "made.safetensors"
    weights = drawn(LENET)
    weights["conv1.weight"] = weights["conv1.weight"][:3]
    save_file(weights, tmp_path / "short.safetensors")
    with pytest.raises(UsageError, match=r"do not fit, .*conv1.weight is \[3, 1, 3, 3\], expected \[32, 1, 3, 3\]"):
        import_weights(tmp_path / "short.safetensors", LENET, recipe, made)
    (tmp_path / "short.onnx").write_bytes(
        make_model(ARCHITECTURES["mlp"].alone, drawn(ARCHITECTURES["mlp"].alone)).SerializeToString()
    )
    with pytest.raises(
        DataError, match=r"does not hold the weights of 'lenet', neither by name nor in order\. It has "
    ):
        import_weights(tmp_path / "short.onnx", LENET, recipe, made)
    (tmp_path / "damaged.onnx").write_bytes(b"<html>")
    (tmp_path / "damaged.safetensors").write_bytes(b"<html>")
    for name in ("damaged.onnx", "damaged.safetensors"):
        with pytest.raises(DataError, match=r"is no (ONNX|safetensors) file, or is damaged"):
            import_weights(tmp_path / name, LENET, recipe, made)
    with pytest.raises(
        UsageError, match=r"is of no kind that is imported\. Valid: \.pt, \.pth, \.keras, \.pdparams, \.onnx"
    ):
        import_weights(tmp_path / "model.h5", LENET, recipe, made)
    with pytest.raises(DataError, match="There is no file"):
        import_weights(tmp_path / "none.onnx", LENET, recipe, made)
    for name, told in (
        ("linear", "output 'number'"),
        ("imagenet", "3 numbers"),
        ("speedrun", "standardizes pixels by"),
    ):
        with pytest.raises(UsageError, match=told):
            import_weights(tmp_path / "short.safetensors", LENET, find_recipe(name), made)
    made.write_text("mine")
    with pytest.raises(OutputError, match="is there already"):
        import_weights(tmp_path / "damaged.onnx", LENET, recipe, made)
    assert made.read_text() == "mine"


def test_numbers_of_a_type_that_is_not_read(tmp_path):
    """Weights in bfloat16 are refused in a sentence that says what to do; NumPy has no such type of its own."""
    header = json.dumps({"a": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}).encode()
    (tmp_path / "half.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + b"\0\0")
    command = [sys.executable, "-m", "mnist_compare", "import", "half.safetensors", "-a", "lenet", "--output", "made"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert "half.safetensors holds numbers of a type that NumPy has not, such as bfloat16" in " ".join(
        done.stderr.split()
    )


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("--classes", "0"), "classes must be from 2 to 1,000 (it is 0)"),
        (("--images", ""), "--images takes channels x height x width, such as 3x32x32 (it is '')"),
    ],
)
def test_images_and_classes_that_cannot_be(asked, told, tmp_path):
    """They are refused, and not taken for those of the network."""
    save_file(drawn(LENET), tmp_path / "ours.safetensors")
    made = tmp_path / "made.safetensors"
    done = CliRunner().invoke(
        cli, ["import", str(tmp_path / "ours.safetensors"), "-a", "lenet", "-o", str(made), *asked]
    )
    assert told in str(done.exception)
    assert not made.exists()


def test_the_folder_of_the_checkpoint_is_made(tmp_path):
    """As an export makes its own; where that cannot be, the checkpoint is named, and no temporary file."""
    save_file(drawn(LENET), tmp_path / "ours.safetensors")
    asked = (tmp_path / "ours.safetensors", LENET, default_recipe(LENET))
    import_weights(*asked, tmp_path / "new" / "folder" / "made.safetensors")
    assert (tmp_path / "new" / "folder" / "made.safetensors").is_file()
    with pytest.raises(
        OutputError, match=r"Cannot write .*ours\.safetensors/x/made\.safetensors: .*ours\.safetensors is a file"
    ):
        import_weights(*asked, tmp_path / "ours.safetensors" / "x" / "made.safetensors")


# A network like `lenet` as a user of the framework writes it, with names of their own, and what it says of the images.
OTHERS = {
    "torch": """
import torch
from torch import nn
model = nn.Sequential(
    nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(1600, 64), nn.ReLU(), nn.Linear(64, 10),
)
with torch.no_grad():
    np.save("outputs", model(torch.from_numpy(images)).numpy())
torch.save({"epoch": 3, "model_state_dict": model.state_dict()}, "theirs.pth")
""",
    "keras": """
import keras
model = keras.Sequential([
    keras.Input((28, 28, 1)),
    keras.layers.Conv2D(32, 3, activation="relu", bias_initializer="random_normal"), keras.layers.MaxPooling2D(),
    keras.layers.Conv2D(64, 3, activation="relu"), keras.layers.MaxPooling2D(),
    keras.layers.Flatten(), keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10),
])
np.save("outputs", np.asarray(model(images.transpose(0, 2, 3, 1))))
model.save("theirs.keras")
""",
    "paddle": """
import paddle
from paddle import nn
model = nn.Sequential(
    nn.Conv2D(1, 32, 3), nn.ReLU(), nn.MaxPool2D(2), nn.Conv2D(32, 64, 3), nn.ReLU(), nn.MaxPool2D(2),
    nn.Flatten(), nn.Linear(1600, 64), nn.ReLU(), nn.Linear(64, 10),
)
np.save("outputs", model(paddle.to_tensor(images)).numpy())
paddle.save(model.state_dict(), "theirs.pdparams")
""",
}


@pytest.mark.parametrize("backend", [pytest.param(name, marks=SLOW.get(name, ())) for name in OTHERS])
def test_a_network_that_someone_else_has_written(backend, tmp_path):
    """Its weights are found in their order, and the checkpoint computes what the framework computed from the model."""
    if not find_spec({"keras": "tensorflow"}.get(backend, backend)):
        pytest.skip(f"{backend} is not installed")
    images = np.random.default_rng(2).uniform(size=(4, 1, 28, 28)).astype(np.float32)
    np.save(tmp_path / "images.npy", images)
    program = f"import numpy as np\nimages = np.load('images.npy')\n{OTHERS[backend]}"
    subprocess.run([sys.executable, "-I", "-c", program], cwd=tmp_path, check=True, capture_output=True)
    (theirs,) = tmp_path.glob("theirs.*")
    made = tmp_path / "new" / "made.safetensors"
    done = CliRunner().invoke(cli, ["import", str(theirs), "-a", "lenet", "-o", str(made)])
    assert done.exit_code == 0, f"{done.output}{done.exception}"
    found = NumpyExperiment.load(made).logits(images)
    assert np.abs(found - np.load(tmp_path / "outputs.npy")).max() < 1e-5


class Evil:
    """What a pickle can do to whoever loads it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.mark.parametrize(
    ("backend", "suffix"), [("torch", "pt"), pytest.param("paddle", "pdparams", marks=pytest.mark.slow)]
)
def test_no_code_in_a_pickle_is_run(backend, suffix, tmp_path):
    """A state_dict that would open a file for writing is refused, and no such file is there."""
    if not find_spec(backend):
        pytest.skip(f"{backend} is not installed")
    (tmp_path / f"evil.{suffix}").write_bytes(pickle.dumps({"conv1.weight": Evil(tmp_path / "opened")}, protocol=2))
    done = CliRunner().invoke(
        cli, ["import", str(tmp_path / f"evil.{suffix}"), "-a", "lenet", "-o", str(tmp_path / "made.safetensors")]
    )
    assert done.exit_code != 0
    assert not (tmp_path / "opened").exists()
    assert not (tmp_path / "made.safetensors").exists()
