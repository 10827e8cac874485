"""Every format that is read is trained on, in three frameworks, to the same weights."""

import subprocess
import sys

import pytest
from published_sets import PUBLISHED

NETWORK = """
name = "any"
layers = [
    { type = "flatten" },
    { type = "linear", features = 8 },
    { type = "relu" },
    { type = "linear", features = "classes" },
]
recipe = "mlp"
"""


@pytest.mark.slow
@pytest.mark.parametrize("write", PUBLISHED, ids=lambda write: write.__name__)
def test_a_published_set_is_trained_on(tmp_path, write):
    """The images of a publisher's file are trained on in torch, Keras and Paddle, and the certificate is passed."""
    (tmp_path / "set").mkdir()
    published = write(tmp_path / "set")
    source = published.source
    if published.test_images is None:
        source += "#test-share=0.25"
    (tmp_path / "any.toml").write_text(NETWORK)
    command = [sys.executable, "-m", "mnist_compare", "certify", "--backends", "torch,keras,paddle"]
    command += ["--architectures", "any.toml", "--dataset", source, "--steps", "10", "--output", "certificate"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]
    assert "run the same training of any" in done.stdout
