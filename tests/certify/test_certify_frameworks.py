import json
import subprocess
import sys

import pytest

from mnist_compare.backend import backends

INSTALLED = [name for name, backend in backends().items() if not backend.missing() and name != "numpy"]


@pytest.mark.skipif(not INSTALLED, reason="no framework is installed")
def test_all_installed_frameworks_match(tmp_path):
    """Dropout, batch normalization and all: 20 steps of `convnet` on MNIST are the same training in every framework."""
    asked = ("--architectures", "convnet", "--steps", "20", "--train-size", "640", "--threads", "1", "--output", "out")
    done = subprocess.run(
        [sys.executable, "-m", "mnist_compare", "certify", "--backends", ",".join(INSTALLED), *asked],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    certificate = json.loads((tmp_path / "out" / "certificate.json").read_text())
    names = len(INSTALLED) + 1
    assert len(certificate["pairs"]) == names * (names - 1) // 2
    for pair in certificate["pairs"]:
        assert pair["passed"], pair
        assert pair["loss_gap"] <= 1e-12
        assert (pair["predictions_differing"], pair["predictions"]) == (0, 10_000)
