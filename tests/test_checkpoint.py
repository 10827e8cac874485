import hashlib
import os

import msgspec
import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from mnist_compare.errors import DataError, MnistCompareError, OutputError, UsageError
from mnist_compare.experiment.checkpoint import HEADER, read_checkpoint, write_checkpoint
from mnist_compare.recipe import Adam, Recipe
from mnist_compare_numpy import NumpyExperiment

RECIPE = Recipe("short", optimizer=Adam(0.002), batch_size=50, epochs=2, normalization="standard")


def trained(small):
    experiment = NumpyExperiment("cnn", RECIPE, seed=9, device="cpu")
    experiment.fit(small, epochs=1)
    return experiment


@pytest.fixture(scope="module")
def experiment(small):
    return trained(small)


@pytest.fixture
def path(experiment, tmp_path):
    experiment.save(tmp_path / "weights.safetensors")
    return tmp_path / "weights.safetensors"


def header_of(path):
    with safe_open(path, framework="numpy") as file:
        return file.metadata()[HEADER]


def test_all_that_is_written_is_read(experiment, path):
    """A file gives back the weights, the optimizer, and the whole specification of its run."""
    header, weights, slots = read_checkpoint(path)
    assert weights.keys() == experiment.weights().keys()
    assert all(np.array_equal(array, weights[name]) for name, array in experiment.weights().items())
    assert slots.keys() == experiment.optimizer_state().keys()
    assert all(np.array_equal(array, slots[name]) for name, array in experiment.optimizer_state().items())
    assert (header.architecture, header.recipe) == (experiment.architecture, experiment.recipe)
    assert (header.backend, header.mode, header.seed, header.epoch, header.step) == ("numpy", "matched", 9, 1, 6)
    assert (header.mean, header.std) == (experiment.mean, experiment.std)
    assert 0.1 < header.mean < 0.2 < header.std < 0.4


def test_the_digest_is_that_of_the_file(experiment, tmp_path):
    """Saving gives the SHA-256 of the file's bytes, and leaves no temporary file."""
    digest = experiment.save(tmp_path / "new" / "folder" / "a.safetensors")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.name for path in files] == ["a.safetensors"]
    assert digest == hashlib.sha256(files[0].read_bytes()).hexdigest()


def test_the_same_training_writes_the_same_bytes(experiment, small, path, tmp_path):
    """Two runs of the same specification write the same file, byte for byte."""
    trained(small).save(tmp_path / "again.safetensors")
    assert path.read_bytes() == (tmp_path / "again.safetensors").read_bytes()


def test_others_can_read_the_file(experiment, path):
    """The file is plain safetensors: any reader finds the weights by their canonical names."""
    with safe_open(path, framework="numpy") as file:
        assert np.array_equal(file.get_tensor("conv2.weight"), experiment.weights()["conv2.weight"])
        assert file.get_tensor("optimizer/conv2.weight.second_moment").shape == (16, 8, 3, 3)


def test_a_file_that_is_not_there(tmp_path):
    """A missing file is a DataError that names it."""
    with pytest.raises(DataError, match=r"Cannot read the checkpoint .*none.safetensors: .*No such file"):
        read_checkpoint(tmp_path / "none.safetensors")


@pytest.mark.parametrize("keep", [0, 5, 100, 2000, -1])
def test_a_file_that_is_cut_off(path, keep):
    """A file that was cut off anywhere is a DataError, never half a network."""
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match="is no checkpoint of mnist_compare, or is damaged"):
        read_checkpoint(path)


def test_every_wrong_bit_is_noticed(path):
    """A single bit that has flipped, anywhere in the file, is a DataError: 200 places out of the whole file."""
    whole = path.read_bytes()
    random = np.random.default_rng(0)
    places = [*range(0, 64, 8), *random.integers(0, 8 * 2000, 92), *random.integers(0, 8 * len(whole), 100)]
    for place in places:
        content = bytearray(whole)
        content[place // 8] ^= 1 << (place % 8)
        path.write_bytes(content)
        with pytest.raises(DataError, match="is damaged"):
            read_checkpoint(path)


@pytest.mark.parametrize(
    "content", [b"not a checkpoint", b"\x80\x04\x95" * 50, b"\xff" * 100, b"\x02" + b"\0" * 7 + b"{}"]
)
def test_a_file_of_another_kind(path, content):
    """A file of another kind, a pickle among them, is a DataError."""
    path.write_bytes(content)
    with pytest.raises(DataError, match="is no checkpoint of mnist_compare"):
        read_checkpoint(path)


def test_the_file_of_another_program(experiment, path):
    """A safetensors file without this program's header is a DataError."""
    for metadata in (None, {"format": "pt"}, {HEADER: "{}"}, {HEADER: '{"architecture": 5}'}):
        save_file(experiment.weights(), path, metadata=metadata)
        with pytest.raises(DataError, match="is no checkpoint of mnist_compare"):
            read_checkpoint(path)


def test_weights_of_another_network(experiment, path):
    """Weights that do not fit the network in the header are a DataError that names the array and both shapes."""
    header, weights, slots = read_checkpoint(path)
    write_checkpoint(path, header, weights | {"conv1.bias": np.zeros(9, np.float32)}, slots)
    with pytest.raises(DataError, match=r"'cnn': conv1.bias is \(9,\) in the file, \(8,\) in the network"):
        read_checkpoint(path)
    del weights["linear1.bias"]
    write_checkpoint(path, header, weights, slots)
    with pytest.raises(DataError, match=r"linear1.bias is missing in the file, \(10,\) in the network"):
        read_checkpoint(path)


@pytest.mark.parametrize("change", ["shape", "missing", "unknown"])
def test_an_optimizer_that_does_not_fit(path, change):
    """An optimizer state that does not fit the network is a DataError, not a training that goes on from nonsense."""
    header, weights, slots = read_checkpoint(path)
    if change == "shape":
        slots["conv1.bias.first_moment"] = np.zeros(1, np.float32)
    elif change == "missing":
        del slots["conv1.bias.first_moment"]
    else:
        slots["conv1.bias.momentum"] = np.zeros(8, np.float32)
    write_checkpoint(path, header, weights, slots)
    with pytest.raises(DataError, match=r"conv1\.bias"):
        NumpyExperiment.load(path, device="cpu")


def test_a_header_that_cannot_be(path):
    """A header whose network has shapes that do not fit is refused with the reason."""
    header, weights, slots = read_checkpoint(path)
    layers = header.architecture.layers[:-2]
    broken = msgspec.structs.replace(header, architecture=msgspec.structs.replace(header.architecture, layers=layers))
    write_checkpoint(path, broken, weights, slots)
    with pytest.raises(MnistCompareError, match="'cnn' ends in 16x7x7"):
        read_checkpoint(path)


def test_a_place_that_cannot_be_written(experiment, tmp_path):
    """A path below a file is an OutputError that names it, and nothing is left behind."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match=r"Cannot write the checkpoint .*w\.safetensors"):
        experiment.save(tmp_path / "file" / "w.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_is_no_checkpoint_is_not_written_over(experiment, path, tmp_path):
    """A checkpoint takes the place of another one; notes, a pipe and a folder stay what they are."""
    experiment.save(path)
    (tmp_path / "notes.txt").write_text("my only copy")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("notes.txt", "folder", "pipe"):
        with pytest.raises(OutputError, match=f"{name} is there already and is no checkpoint of mnist_compare"):
            experiment.save(tmp_path / name)
    assert (tmp_path / "notes.txt").read_text() == "my only copy"
    assert (tmp_path / "pipe").is_fifo()
    with pytest.raises(UsageError, match="path must be text or a path"):
        experiment.save(None)


def test_a_failed_write_keeps_the_old_file(experiment, path):
    """Where a new checkpoint cannot be written, the one that was there stays whole."""
    before = path.read_bytes()
    path.with_name(f".{path.name}.{os.getpid()}.tmp").mkdir()
    with pytest.raises(OutputError, match="Cannot write the checkpoint"):
        experiment.save(path)
    assert path.read_bytes() == before
