"""A network with a residual inside a branch inside a residual, from a file, goes the way of every other."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from commands import FRAMEWORKS, compare, run

from mnist_compare.experiment.checkpoint import read_checkpoint
from mnist_compare.records.record import Status

NESTED = Path(__file__).with_name("nested.toml")
SMALL = ("--architectures", str(NESTED), "--train-size", "1000", "--test-size", "500", "--epochs", "2")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


def weights(folder, record):
    return read_checkpoint(folder / record.weights)[1]


def largest_gap(a, b):
    assert a.keys() == b.keys()
    return max(float(np.abs(a[name] - b[name]).max()) for name in a)


def test_all_backends_train_the_same(tmp_path):
    """In float64 weights after two epochs are those of the reference, and those of a relay of all frameworks."""
    relay = ("--relay", FRAMEWORKS, "--precision", "float64")
    found = compare(tmp_path / "out", *SMALL, *relay, backends=f"{FRAMEWORKS},numpy")
    arrays = {backend: weights(tmp_path / "out", record) for (backend, _), record in found.items()}
    assert len(arrays) == 5
    assert max(largest_gap(arrays["numpy"], one) for one in arrays.values()) < 1e-9


def test_native_mode_and_bfloat16(tmp_path):
    """Each framework trains it by its own defaults, and those that have bfloat16 on a CPU in that."""
    native = compare(tmp_path / "native", *SMALL, "--mode", "native", "--optimizer", "adam")
    half = compare(tmp_path / "half", *SMALL, "--precision", "bfloat16", "--optimizer", "adam", backends="torch,keras")
    assert all(record.status is Status.DONE for record in (*native.values(), *half.values()))
    assert all(record.test_accuracy > 0.2 for record in (*native.values(), *half.values()))


@pytest.mark.parametrize("backend", FRAMEWORKS.split(","))
@pytest.mark.parametrize("execution", ["eager", "compiled"])
def test_it_goes_on_to_the_same_bits(backend, execution, tmp_path):
    """Loaded from its checkpoint after the first of two epochs, it ends as it does without a break."""
    program = f"""
from mnist_compare import load_dataset, subset
from mnist_compare.backend import find_backend
Experiment = find_backend({backend!r}).load()
data = subset(load_dataset("mnist"), train_size=500, test_size=100)
whole = Experiment({str(NESTED)!r}, device="cpu", execution={execution!r})
whole.fit(data, epochs=2)
first = Experiment({str(NESTED)!r}, device="cpu", execution={execution!r})
first.fit(data, epochs=2, until=1)
first.save("first.safetensors")
second = Experiment.load("first.safetensors", device="cpu", execution={execution!r})
second.fit(data, epochs=2)
a, b = whole.weights(), second.weights()
assert a.keys() == b.keys() and all((a[name] == b[name]).all() for name in a)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_it_is_certified(tmp_path):
    """No pair of backends is told from another over 30 steps."""
    asked = ("--architectures", NESTED, "--steps", "30", "--train-size", "2000", "--output", tmp_path / "out")
    done = run("certify", "--backends", f"{FRAMEWORKS},numpy", *asked)
    assert done.returncode == 0, done.stderr
