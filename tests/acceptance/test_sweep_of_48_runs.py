"""A sweep of 48 runs in three frameworks that is killed twice at any moment and resumed: each run is there once.

    pytest -m slow -s tests/acceptance/test_sweep_of_48_runs.py

The moments follow from SEED.
"""

import signal
import subprocess
import sys
import time
from collections import Counter

import numpy as np
import pytest

from mnist_compare.records.record import Status
from mnist_compare.records.results import RESULTS_FILE, read_all_records, read_records

SEED = 2026
GRID = """
backends = ["torch", "keras", "paddle"]
architectures = ["mlp"]
seeds = [0, 1]
epochs = 2
train_size = 600
test_size = 1000
hold_out = 0.2
[grid]
learning_rate = [0.1, 0.03, 0.01, 0.001]
optimizer = ["sgd", "adam"]
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


def records(folder):
    return read_all_records(folder) if (folder / RESULTS_FILE).exists() else []


def test_a_sweep_that_is_killed_twice_has_each_run_once(tmp_path):
    """After two kills of the command, the same command ends with 48 runs, the choice, and its test in each backend."""
    (tmp_path / "grid.toml").write_text(GRID)
    folder = tmp_path / "out"
    command = [sys.executable, "-m", "mnist_compare", "sweep", "grid.toml", "--output", "out"]
    random = np.random.default_rng(SEED)
    for least in (8, 24):
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while len(records(folder)) < least and process.poll() is None:
            time.sleep(0.1)
        time.sleep(random.uniform(0, 8))
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        print(f"killed with {len(records(folder))} records")  # noqa: T201
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=3000, check=False)
    print(ended.stdout, ended.stderr[-3000:])  # noqa: T201
    assert ended.returncode == 0
    trials, chosen = records(folder), read_records(folder / "chosen")
    assert len(trials) == 48
    assert set(Counter(run.key for run in trials).values()) == {1}
    assert {run.status for run in trials} == {Status.DONE}
    assert sorted((run.backend, run.seed) for run in chosen) == [
        (backend, seed) for backend in ("keras", "paddle", "torch") for seed in (0, 1)
    ]
    means = {
        recipe: np.mean([run.test_accuracy for run in trials if run.spec.recipe == recipe])
        for recipe in {run.spec.recipe for run in trials}
    }
    assert {run.spec.recipe for run in chosen} == {max(means, key=lambda recipe: means[recipe])}
    assert {run.spec.data.judged_on for run in trials} == {"validation"}
    assert {run.spec.data.judged_on for run in chosen} == {"test"}
