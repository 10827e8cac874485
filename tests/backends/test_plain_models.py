"""The model that a framework's user gets: its own layers and order, its own files, and the way back."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mnist_compare.backend import find_backend

HERE = Path(__file__).parent
HOMES = {"torch": "torch.nn.", "keras": "keras.src.", "paddle": "paddle.nn."}
NETWORKS = ("linear", "mlp", "cnn", "lenet", "convnet", "speedrun")
RELATIVE = 1e-6
FLOAT64 = 1e-14
BFLOAT16 = 2**-5
MODES = ("matched", "native")


class Seen:
    """What a framework's two processes have left: one that writes the models, and one without mnist_compare."""

    def __init__(self, backend, folder):
        self.backend, self.folder = backend, folder
        self.written, self.read = (json.loads((folder / f"{name}.json").read_text()) for name in ("written", "read"))
        self.arrays, self.logits = (dict(np.load(folder / f"{name}.npz")) for name in ("written", "read"))


def run(backend, *command):
    done = subprocess.run(
        [sys.executable, *command],
        env=os.environ | find_backend(backend).environment(1),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{command} ended with {done.returncode}:\n{done.stderr[-6000:]}", pytrace=False)


@pytest.fixture(scope="session", params=HOMES)
def seen(request, tmp_path_factory):
    """What the processes of every framework have left."""
    backend = request.param
    missing = find_backend(backend).missing()
    if missing:
        pytest.skip(f"{' and '.join(missing)} is not installed")
    folder = tmp_path_factory.mktemp(f"plain-{backend}")
    run(backend, str(HERE / "plain_writer.py"), backend, str(folder))
    run(backend, "-I", str(HERE / "plain_reader.py"), backend, str(folder))
    return Seen(backend, folder)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_file_of_the_framework_gives_the_same_logits(seen, name):
    """A model saved by its framework is loaded by it in a process without this package, and has equal logits."""
    assert seen.written["networks"] == list(NETWORKS)
    wanted = seen.arrays[f"logits/{name}"]
    ways = {way: logits for way, logits in seen.logits.items() if way.partition("/")[0] == name}
    assert len(ways) == (2 if seen.backend == "torch" else 1)  # torch also saves models as a whole
    for way, found in ways.items():
        gap = np.abs(found - wanted).max() / np.abs(wanted).max()
        print(f"{seen.backend} {way}: {gap:.1e}")  # noqa: T201 (`pytest -s` shows how close it is)
        assert gap <= RELATIVE


def test_the_reading_process_has_no_mnist_compare(seen):
    """The process that loads the models can import nothing of this package, and has nothing of it."""
    assert seen.read["packages"] == []


def test_a_loaded_model_is_trained_on(seen):
    """In the process without this package, the framework's own training loop lowers the loss of the loaded model."""
    before, after = seen.read["losses"]
    assert after < 0.9 * before


def test_every_layer_is_the_frameworks_own(seen):
    """No class of this package is in a plain model."""
    assert all(home.startswith(HOMES[seen.backend]) for home in seen.written["homes"])
    assert len(seen.written["homes"]) > len(NETWORKS)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["normed", "strided", "overlapping"])
def test_odd_networks_in_float64(seen, name, mode):
    """Strides, paddings, overlapping pools, dropped maps, and a batch norm behind a flatten: equal to rounding."""
    found = seen.written[f"odd/{name}/{mode}"]
    assert found["type"] == "float64"
    assert found["gap"] <= FLOAT64
    assert found["back"]


def test_a_network_in_bfloat16(seen):
    """A network with batch norm and dropout that was trained in bfloat16 has a plain model with the same weights."""
    if seen.backend == "paddle":
        pytest.skip("Paddle refuses bfloat16 on a CPU")
    found = seen.written["bfloat16"]
    assert found["back"]
    assert 0 < found["rounding"] <= BFLOAT16  # it is computed in bfloat16 indeed
    assert found["gap"] <= BFLOAT16


@pytest.mark.parametrize("mode", MODES)
def test_a_model_goes_its_own_way_and_comes_back(seen, mode):
    """Training a plain model leaves the experiment; taken back, the experiment has its logits, and trains and saves."""
    found = seen.written[f"there_and_back/{mode}"]
    assert found["losses"][1] < 0.9 * found["losses"][0]
    assert found["copy"] == 0
    assert found["moved"] > 0.1
    assert found["back"] <= RELATIVE
    assert found["saved"] == 0
    assert found["done"] == [0, 0]
    assert found["epochs"] == 2
    assert found["apart"] <= RELATIVE  # training the experiment leaves the model


def test_making_a_model_draws_nothing(seen):
    """A native training ends with the same bits whether or not a plain model was made in the middle."""
    assert seen.written["disturbed"] == 0


def test_weights_of_another_network_are_refused(seen):
    """Every array that is missing, not expected or of another shape is named; the experiment stays as it was."""
    message = seen.written["refused/other"]
    weight, missing = {
        "torch": ("linear1.weight is [10, 784], expected [60, 500]", "norm1.running_mean [10]"),
        "keras": ("linear1.kernel is [784, 10], expected [500, 60]", "norm1.moving_mean [10]"),
        "paddle": ("linear1.weight is [784, 10], expected [500, 60]", "norm1._mean [10]"),
    }[seen.backend]
    assert message.startswith("UsageError: The weights for 'convnet' do not fit, and nothing was changed. Missing: ")
    assert weight in message
    assert missing in message
    assert seen.written["unchanged"]


@pytest.mark.parametrize("given", ["path", "nothing"])
def test_what_is_no_model_is_refused(seen, given):
    """A path is not opened here, where a pickle could be executed: the message says how the framework loads it."""
    message = seen.written[f"refused/{given}"]
    loader = {"torch": "torch.load(PATH, weights_only=True)", "keras": "keras.models.load_model(PATH)"}
    assert message.startswith("UsageError: load_framework_weights() takes ")
    assert loader.get(seen.backend, "paddle.load(PATH)") in message


def test_a_state_of_other_names_is_refused(seen):
    """An array too much, and a list in place of an array, are named; what is tuned inside is no canonical layout."""
    if seen.backend == "keras":
        pytest.skip("Keras has no state_dict")
    assert "Not expected: head.bias [10]." in seen.written["refused/renamed"]
    assert "No array of floats: linear3.bias is of type list." in seen.written["refused/list"]
    assert "conv1.weight is of type" in seen.written["refused/tuned"]
    assert "load_framework_weights() takes the framework's own" in seen.written["refused/tuned"]
