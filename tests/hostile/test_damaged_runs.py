import json
from hashlib import sha256

import msgspec
import numpy as np
import pytest
import valid_files
from damage import damages, value_damages
from hostile_cases import attempt, cases
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from mnist_compare.experiment.checkpoint import HEADER
from mnist_compare.recipe import Adam, Recipe
from mnist_compare.records.run_state import RunState, find_run_state, write_run_state
from mnist_compare.runner.comparison_lock import COMPARISON_FILE, Identity, locked_comparison
from mnist_compare.runner.plan import Plan
from mnist_compare_numpy import NumpyExperiment

NAME = "epoch-001.safetensors"
PLAN = Plan((), {}, "the identity", "that of any seeds", "name")
IDENTITY = Identity("0.1.0", PLAN.identity, ["numpy-cnn-seed0-12345678"])
TYPES = ("F64", "F16", "BF16", "F8_E4M3", "F8_E5M2", "I32", "I64", "U8", "BOOL", "C64", "F4", "X")
BITS = {"F64": 64, "F16": 16, "BF16": 16, "I32": 32, "I64": 64, "C64": 64, "F4": 4}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("damaged")


@pytest.fixture(scope="module")
def whole(folder, small):
    """The bytes of a checkpoint of `linear`, with the state of its optimizer."""
    recipe = Recipe("short", "mean_squared_error", Adam(0.002), batch_size=100, epochs=2)
    experiment = NumpyExperiment("linear", recipe, device="cpu")
    experiment.fit(small, epochs=1)
    experiment.save(folder / NAME)
    return (folder / NAME).read_bytes()


def load(path):
    """What `predict` does with a checkpoint."""
    experiment = NumpyExperiment.load(path, device="cpu")
    return experiment.predict(np.zeros((1, 28, 28), np.uint8))


@cases(300)
@given(data=st.data(), sealed=st.booleans())
def test_damaged_checkpoints(folder, whole, data, sealed):
    """Whatever has become of a checkpoint, with a checksum that fits or not, it is a network or refused."""
    path = folder / "other.safetensors"
    path.write_bytes(data.draw(damages(whole)))
    if sealed:
        valid_files.seal(path)
    attempt("checkpoint", load, path)


@cases(200)
@given(data=st.data())
def test_checkpoints_of_odd_headers(folder, whole, data):
    """A whole checkpoint whose header says what cannot be is a network or refused in a sentence."""
    path = folder / "other.safetensors"
    length = int.from_bytes(whole[:8], "little")
    header = json.loads(json.loads(whole[8 : 8 + length])["__metadata__"][HEADER])
    changed = data.draw(value_damages(header))
    arrays = {"linear1.weight": np.ones((1, 784), np.float32), "linear1.bias": np.ones(1, np.float32)}
    save_file(arrays, path, metadata={HEADER: json.dumps(changed, separators=(",", ":"))})
    valid_files.seal(path)
    attempt("checkpoint header", load, path)


@pytest.mark.parametrize("dtype", TYPES)
def test_checkpoints_of_other_types(folder, whole, dtype):
    """A checkpoint whose arrays are of a type that is no float of 32 or 64 bits is refused, and the type is named."""
    path = folder / "other.safetensors"
    length = int.from_bytes(whole[:8], "little")
    header, end = json.loads(whole[8 : 8 + length]), 0
    for name in sorted(header.keys() - {"__metadata__"}):
        begin, end = end, end + np.prod(header[name]["shape"], dtype=int) * BITS.get(dtype, 8) // 8
        header[name] |= {"dtype": dtype, "data_offsets": [int(begin), int(end)]}
    head = json.dumps(header, separators=(",", ":")).encode()
    path.write_bytes(len(head).to_bytes(8, "little") + head + bytes(int(end)))
    valid_files.seal(path)
    found = attempt("checkpoint type", load, path)
    assert (found is not None) == (dtype == "F64")


@cases(150)
@given(content=damages(msgspec.json.encode(IDENTITY)))
def test_damaged_comparisons(folder, content):
    """Whatever has become of comparison.json, the folder is this comparison's or refused in a sentence."""
    place = folder / "comparison"
    place.mkdir(exist_ok=True)
    (place / COMPARISON_FILE).write_bytes(content)

    def lock():
        with locked_comparison(place, PLAN):
            return True

    attempt("comparison", lock)


@cases(150)
@given(data=st.data(), sealed=st.booleans())
def test_damaged_run_states(folder, whole, data, sealed):
    """Whatever has become of the file beside a checkpoint, the run goes on from it or begins anew."""
    place = folder / "run"
    place.mkdir(exist_ok=True)
    (place / NAME).write_bytes(whole)
    write_run_state(place, RunState("key", weights=NAME, weights_sha256=sha256(whole).hexdigest(), images=600))
    path = (place / NAME).with_suffix(".json")
    content = data.draw(damages(path.read_bytes()[65:-1] if sealed else path.read_bytes()))
    path.write_bytes(sha256(content).hexdigest().encode() + b"\n" + content + b"\n" if sealed else content)
    found, damaged = attempt("run state", find_run_state, place, "key")
    assert found is None or found.key == "key"
    assert found or damaged in ([], [path.name], [NAME])
