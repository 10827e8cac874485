"""What only a GPU can show. Without one these tests are skipped."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_compare.backend import find_backend
from mnist_compare.host.gpus import describe_gpus

WORKER = Path(__file__).with_name("gpu_worker.py")

pytestmark = pytest.mark.skipif(not describe_gpus(), reason="no GPU here")


@pytest.mark.parametrize("precision", ["float32", "float64", "bfloat16"])
@pytest.mark.parametrize("network", ["linear", "mlp", "cnn", "lenet", "convnet", "speedrun"])
def test_a_captured_step_gives_the_same_bits(network, precision, tmp_path):
    """On a GPU torch's steps are captured as one graph, and end with the weights and slots of a training step by step,
    also when the training is resumed.
    """
    done = subprocess.run(
        [sys.executable, WORKER, network, precision, tmp_path],
        env=os.environ | find_backend("torch").environment(1),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["auto"] == "compiled"
    assert found["compiled"] == found["eager"]
    assert found["resumed"] == found["eager"]
