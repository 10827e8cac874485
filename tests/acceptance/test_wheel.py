"""A wheel in fresh environments with one framework each."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLASSES = {"torch": "TorchExperiment", "keras": "KerasExperiment", "paddle": "PaddleExperiment"}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


def call(*command: str | Path, cwd: Path) -> str:
    """What the command prints; it must succeed."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this source tree."""
    folder = tmp_path_factory.mktemp("wheel")
    call(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT, cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.mark.parametrize("backend", CLASSES)
def test_one_framework_alone(wheel: Path, tmp_path: Path, backend: str) -> None:
    """The README's example works where one framework is installed, and `list backends` says what is missing."""
    python = tmp_path / "env/bin/python"
    call(sys.executable, "-m", "venv", tmp_path / "env", cwd=tmp_path)
    constraints = ROOT / "constraints.txt"
    call(python, "-m", "pip", "install", "-q", "-c", constraints, f"{wheel}[{backend}]", cwd=tmp_path)
    example = re.search(r"<!-- test: torch -->\n```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert example
    code = example[1].replace("mnist_compare_torch", f"mnist_compare_{backend}")
    printed = call(python, "-c", code.replace("TorchExperiment", CLASSES[backend]), cwd=tmp_path)
    accuracy = float(re.search(r"loaded: test accuracy ([\d.]+)%", printed)[1])  # type: ignore[index]
    assert accuracy > 80
    listed = call(python, "-m", "mnist_compare", "list", "backends", cwd=tmp_path)
    for name in CLASSES:
        line = next(line for line in listed.splitlines() if line.startswith(name))
        assert ("missing" in line) == (name != backend)
        assert (f"mnist-compare[{name}]" in line) == (name != backend)
