import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from random_networks import write

from mnist_compare import Adam, Architecture, Convolution, Flatten, Linear, MaxPooling, Recipe, ReLU
from mnist_compare.backend import backends

INSTALLED = [name for name, backend in backends().items() if not backend.missing() and name != "numpy"]
DOCUMENTS = [Path(__file__).parents[2] / name for name in ("README.md", "docs/network.md", "docs/new-backend.md")]
# The network that README makes in Python.
SMALL = Architecture(
    "small",
    (Convolution(4, 3, padding=1), ReLU(), MaxPooling(4), Flatten(), Linear(10)),
    recipe=Recipe(optimizer=Adam(0.01), batch_size=100, epochs=1),
)

pytestmark = pytest.mark.skipif(not INSTALLED, reason="no framework is installed")


def certify(folder, *asked):
    """The certificate of all installed frameworks, whose pairs must all match."""
    command = [sys.executable, "-m", "mnist_compare", "certify", "--backends", ",".join(INSTALLED), "--threads", "1"]
    done = subprocess.run(
        [*command, *asked, "--output", "out"], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    certificate = json.loads((folder / "out" / "certificate.json").read_text())
    names = len(INSTALLED) + 1
    assert len(certificate["pairs"]) == len(certificate["cases"]) * names * (names - 1) // 2
    return certificate


def test_all_installed_frameworks_match(tmp_path):
    """Dropout, batch normalization and all: 20 steps of `convnet` on MNIST are the same training in every framework."""
    for pair in certify(tmp_path, "--architectures", "convnet", "--steps", "20", "--train-size", "640")["pairs"]:
        assert pair["verdict"] == "match", pair
        assert pair["loss_gap"] <= 1e-12
        assert (pair["predictions_differing"], pair["predictions"]) == (0, 10_000)


@pytest.mark.slow
def test_the_networks_of_the_documents_match(tmp_path):
    """Whoever copies a network from the documentation gets one of which the frameworks are proven to be the same."""
    blocks = [
        block for path in DOCUMENTS for block in re.findall(r"^```toml\n(.*?)^```", path.read_text(), re.M | re.S)
    ]
    paths = [write(SMALL, tmp_path)]
    for number, block in enumerate(block for block in blocks if "[[layers]]" in block):
        paths.append(tmp_path / f"network{number}.toml")
        paths[-1].write_text(block)
    assert len(paths) >= 2
    certificate = certify(
        tmp_path, "--architectures", ",".join(map(str, paths)), "--steps", "12", "--train-size", "1200"
    )
    assert {pair["verdict"] for pair in certificate["pairs"]} == {"match"}
    norms = [case for case in certificate["cases"] if "batch_norm" in str(case["architecture"])]
    assert norms  # a bias in front of a batch norm, which means nothing, was what had kept one from matching
