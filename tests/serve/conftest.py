import subprocess
import sys

import pytest
from serving import Server

ASKED = (
    *("run", "--backends", "numpy", "--architectures", "cnn", "--seeds", "0,1", "--epochs", "2", "--threads", "1"),
    *("--train-size", "200", "--test-size", "100", "--quiet", "--no-report", "--no-latency"),
)


@pytest.fixture(scope="session")
def comparison(tmp_path_factory):
    """The folder of a comparison of two trained networks. Tests read it and leave it as it is."""
    folder = tmp_path_factory.mktemp("served") / "out"
    command = [sys.executable, "-m", "mnist_compare", *ASKED, "--output", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def server(comparison):
    """A server whose networks are ready."""
    with Server(comparison) as running:
        running.wait()
        yield running
