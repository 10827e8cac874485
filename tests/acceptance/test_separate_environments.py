"""Three frameworks in three environments, made and compared from a fourth that has none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_compare.io.reading import without_home
from mnist_compare.records.record import Status
from mnist_compare.records.results import read_records

ROOT = Path(__file__).parents[2]
FRAMEWORKS = ["torch", "keras", "paddle"]
SMALL = ("--train-size", "6000", "--test-size", "1000", "--epochs", "1")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


def call(*command: str | Path, cwd: Path, envs: Path) -> str:
    """What the command prints; it must succeed."""
    own = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    words = [str(part) for part in command]
    done = subprocess.run(
        words, cwd=cwd, env=own | {"MNIST_COMPARE_ENVS": str(envs)}, capture_output=True, text=True, check=False
    )
    print(done.stdout, done.stderr)  # noqa: T201
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_three_environments_are_made_and_compared(tmp_path: Path) -> None:
    """`envs create torch keras paddle` from nothing, and then the plain command, compare the three frameworks."""
    envs, python = tmp_path / "envs", tmp_path / "host/bin/python"
    call(sys.executable, "-m", "venv", tmp_path / "host", cwd=tmp_path, envs=envs)
    call(python, "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", ROOT, cwd=tmp_path, envs=envs)
    program = (python, "-m", "mnist_compare")
    made = call(*program, "envs", "create", *FRAMEWORKS, cwd=tmp_path, envs=envs).splitlines()
    assert [line.partition(":")[0] for line in made] == FRAMEWORKS
    listed = json.loads(call(*program, "envs", "list", "--json", cwd=tmp_path, envs=envs))
    assert {env["name"]: env["fits"] for env in listed} == dict.fromkeys(FRAMEWORKS, True)

    call(*program, "run", *SMALL, "--output", "out", cwd=tmp_path, envs=envs)
    records = {record.backend: record for record in read_records(tmp_path / "out")}
    assert list(records) == FRAMEWORKS
    for name, record in records.items():
        assert record.status is Status.DONE, record.reason
        assert record.python == without_home(str(envs / name / "bin/python"))
        assert not {"torch", "tensorflow", "paddlepaddle"} & set(record.versions) - {*own_distributions(name)}
        assert (record.test_accuracy or 0) > 0.8
    accuracies = [record.test_accuracy or 0 for record in records.values()]
    assert max(accuracies) - min(accuracies) <= 0.01


def own_distributions(name: str) -> tuple[str, ...]:
    """The distributions whose versions the records of a backend give."""
    return {"torch": ("torch",), "keras": ("tensorflow",), "paddle": ("paddlepaddle",)}[name]
