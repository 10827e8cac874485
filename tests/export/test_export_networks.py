"""Trained networks as files for other programs: what the file computes is what the network computes."""

import numpy as np
import onnx
import onnxruntime
import pytest
from click.testing import CliRunner
from full_disk import no_room
from safetensors.numpy import load_file

from mnist_compare import Adam, DataError, OutputError, Recipe, UsageError, compare
from mnist_compare.architecture import Architecture, Flatten, Layer, Linear
from mnist_compare.cli import cli
from mnist_compare.experiment.checkpoint import read_checkpoint
from mnist_compare.export import network_file
from mnist_compare.export.networks import export_networks
from mnist_compare.export.onnx import make_model
from mnist_compare_numpy import NumpyExperiment

SMALL = {"train_size": 100, "test_size": 50, "threads": 1, "engine": "inline", "progress": False}
AVERAGED = Recipe("averaged", optimizer=Adam(0.01), batch_size=20, epochs=2, normalization="standard", ema_decay=0.9)


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    """Two networks, of which the recipe keeps averages, with checkpoints."""
    output = tmp_path_factory.mktemp("networks") / "out"
    return compare("numpy", ["mlp", "lenet5"], recipe=AVERAGED, output=output, **SMALL)


def loaded(record, comparison):
    """The network of a record, as its backend loads it."""
    return NumpyExperiment.load(comparison.folder / record.weights)


def test_onnx_files_compute_what_the_networks_compute(comparison):
    """One for each network, with how far it is off; it has the averages, with which the network is evaluated."""
    done = CliRunner().invoke(cli, ["export", str(comparison.folder), "--to", "onnx"])
    assert done.exit_code == 0, done.output
    assert done.output.count("outputs of ONNX Runtime within ") == 2
    images = np.random.default_rng(3).normal(size=(4, 1, 28, 28)).astype(np.float32)
    for record in comparison.records:
        (path,) = (comparison.folder / "onnx").glob(f"{record.architecture}-numpy-seed0-*.onnx")
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        (found,) = session.run(None, {"images": images})
        wanted = loaded(record, comparison).evaluated_outputs(images, 4)
        assert np.abs(found - wanted).max() < 1e-5 * max(1, np.abs(wanted).max())
        assert np.abs(found - loaded(record, comparison).logits(images)).max() > 1e-3  # those of the last weights


def test_onnx_files_can_take_pixels(comparison, tmp_path):
    """Bytes go in, and what the training took off them is in the file: an application needs nothing else."""
    told = []
    made = export_networks(comparison.folder, "onnx", tmp_path / "pixels", pixels=True, say=told.append)
    assert (made.runs, made.is_new, len(told)) == (2, True, 2)
    pixels = np.random.default_rng(4).integers(0, 256, (3, 1, 28, 28), dtype=np.uint8)
    for record in comparison.records:
        (path,) = made.folder.glob(f"{record.architecture}-*.onnx")
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        (found,) = session.run(None, {"images": pixels})
        assert session.get_inputs()[0].shape == ["N", 1, 28, 28]
        assert np.abs(found - loaded(record, comparison).predict(pixels).outputs).max() < 1e-4


def test_the_same_export_is_made_once(comparison, tmp_path):
    """Files that are there already are left, and other ones do not take their place."""
    assert export_networks(comparison.folder, "safetensors", tmp_path / "files").is_new
    assert not export_networks(comparison.folder, "safetensors", tmp_path / "files").is_new
    with pytest.raises(OutputError, match="Give a new folder with --output"):
        export_networks(comparison.folder, "onnx", tmp_path / "files")


def test_safetensors_files_hold_the_weights_alone(comparison, tmp_path):
    """Under their canonical names, the averages where the recipe keeps some, and nothing of the optimizer."""
    folder = export_networks(comparison.folder, "safetensors", tmp_path / "files").folder
    for record in comparison.records:
        (path,) = folder.glob(f"{record.architecture}-*.safetensors")
        _, weights, state = read_checkpoint(comparison.folder / record.weights)
        found = load_file(path)
        assert found.keys() == weights.keys()
        assert all(np.array_equal(array, state[f"{name}.average"]) for name, array in found.items())


def test_a_file_that_computes_something_else_is_not_kept(comparison, tmp_path, monkeypatch):
    """The export ends with how far it is off, and leaves nothing behind."""
    monkeypatch.setitem(network_file.TOLERANCES, "float32", 0.0)
    with pytest.raises(OutputError, match=r"the outputs of ONNX Runtime are \d\.\de-\d+ off those of numpy"):
        export_networks(comparison.folder, "onnx", tmp_path / "off")
    assert not (tmp_path / "off").exists()


@pytest.mark.parametrize("to", ["onnx", "safetensors"])
def test_a_full_disk_ends_an_export_in_a_sentence(comparison, to, tmp_path):
    """The file that there is no room for is named with the reason, and no folder is left that bars the next export."""
    with no_room(10_000), pytest.raises(OutputError, match=rf"Cannot write .*mlp-.*\.{to}: File too large\.$"):
        export_networks(comparison.folder, to, tmp_path / "files")
    assert not (tmp_path / "files").exists()


def test_a_checkpoint_that_is_gone_is_named(comparison, tmp_path):
    """Whoever has cleared away the checkpoints is told which one is missing, and no folder is left."""
    (tmp_path / "copy").mkdir()
    for name in ("results.jsonl", "comparison.json"):
        (tmp_path / "copy" / name).write_bytes((comparison.folder / name).read_bytes())
    with pytest.raises(DataError, match=r"Cannot read the checkpoint .*: No such file or directory"):
        export_networks(tmp_path / "copy", "onnx")
    assert not (tmp_path / "copy" / "onnx").exists()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--to", "onyx"], "Did you mean 'onnx'? Valid: tensorboard, mlflow, native, onnx, safetensors"),
        (["--to", "mlflow", "--pixels"], "--pixels is for networks as ONNX files"),
        (["--to", "safetensors", "--pixels"], "Only ONNX files normalize pixels themselves"),
        (["--to", "onnx", "--run", "other"], "FOLDER and --run are the same"),
    ],
)
def test_what_cannot_be_exported_is_said(comparison, asked, told):
    """In a sentence, with what is valid."""
    done = CliRunner().invoke(cli, ["export", str(comparison.folder), *asked])
    assert done.exit_code == 2 or isinstance(done.exception, UsageError)
    assert told in f"{done.output}{done.exception}"


class Doubled(Layer, frozen=True, tag="doubled"):
    """A layer of one's own, of which ONNX knows nothing."""

    prefix = "doubled"


def test_a_layer_without_an_onnx_form_is_named():
    """Nothing is left out in silence."""
    network = Architecture("own", (Flatten(), Doubled(), Linear(10)))
    with pytest.raises(UsageError, match="doubled1 is a Doubled, which is not written as ONNX: take another format"):
        make_model(network, {})


def test_names_and_shapes_in_the_file(comparison):
    """Whoever opens it sees the names of the layers, free batches, and who has made it."""
    (record, *_) = comparison.records
    architecture = loaded(record, comparison).architecture
    model = make_model(architecture, loaded(record, comparison).weights())
    assert (model.producer_name, model.graph.name, model.graph.output[0].name) == ("mnist_compare", "mlp", "logits")
    assert {"linear1.weight", "linear1.bias"} <= {one.name for one in model.graph.initializer}
    assert next(node.name for node in model.graph.node if node.op_type == "Gemm") == "linear1.gemm"
    assert onnx.checker.check_model(model, full_check=True) is None
