import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from mnist_compare.backend import backends, find_backend

WORKER = Path(__file__).with_name("worker.py")
REFERENCE = "numpy"
TIMEOUT = 900


@dataclass(frozen=True)
class Outcome:
    """What a backend's worker has left: arrays and facts by name, and a folder with checkpoints."""

    backend: str
    folder: Path
    arrays: dict[str, np.ndarray]
    facts: dict

    def under(self, prefix):
        """The arrays whose names begin with `prefix/`, without it."""
        return {key.removeprefix(f"{prefix}/"): self.arrays[key] for key in self.arrays if key.startswith(f"{prefix}/")}


def work(name, folder, *reference):
    """Let the worker of a backend fill the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    process = subprocess.run(
        [sys.executable, str(WORKER), name, str(folder), *reference],
        # One thread: on a busy machine two of a worker wait for each other.
        env=os.environ | find_backend(name).environment(1),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    if process.returncode:
        pytest.fail(f"the worker of {name} ended with {process.returncode}:\n{process.stderr[-6000:]}", pytrace=False)


@pytest.fixture(scope="session")
def outcome_of(tmp_path_factory):
    """Gives the outcome of a backend by name; its worker runs once, also where tests run in several processes."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    @cache
    def run(name):
        missing = find_backend(name).missing()
        if missing:
            pytest.skip(f"{' and '.join(missing)} is not installed")
        reference = [] if name == REFERENCE else [str(run(REFERENCE).folder)]
        folder = shared / f"backend-{name}"
        with FileLock(shared / f"backend-{name}.lock"):
            if not (folder / "facts.json").exists():
                work(name, folder, *reference)
        with np.load(folder / "arrays.npz") as arrays:
            found = {key: arrays[key] for key in arrays.files}
        return Outcome(name, folder, found, json.loads((folder / "facts.json").read_text()))

    return run


@pytest.fixture(scope="session", params=list(backends()))
def outcome(request, outcome_of):
    """The outcome of every installed backend in turn."""
    return outcome_of(request.param)


@pytest.fixture(scope="session", params=[name for name in backends() if name != REFERENCE])
def framework(request, outcome_of):
    """The outcome of every backend that is not the reference."""
    return outcome_of(request.param)


@pytest.fixture(scope="session")
def reference(outcome_of):
    """The outcome of the reference."""
    return outcome_of(REFERENCE)
