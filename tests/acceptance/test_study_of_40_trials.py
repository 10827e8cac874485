"""A study of 40 trials by two commands at once, of which both are killed and one goes on: every trial is done once. And
the same trials in three frameworks, which rank them alike.

    pytest -m slow -s tests/acceptance/test_study_of_40_trials.py

The moments follow from SEED.
"""

import signal
import subprocess
import sys
import time
from collections import Counter

import numpy as np
import pytest
from scipy.stats import kendalltau

from mnist_compare import tune
from mnist_compare.records.record import Status
from mnist_compare.records.results import RESULTS_FILE, read_records

pytest.importorskip("optuna")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

SEED = 2026
SPACE = """
backends = ["numpy"]
architectures = ["mlp"]
epochs = 3
train_size = 400
test_size = 200
hold_out = 0.25
trials = 40
pruner = "median"
[space]
learning_rate = { low = 0.001, high = 0.5, log = true }
batch_size = { low = 8, high = 32, step = 4 }
optimizer = ["sgd", "adam"]
"""


def numbers(folder):
    """How often each trial is in the records that count."""
    found = read_records(folder) if (folder / RESULTS_FILE).exists() else []
    return Counter(number for run in found for number in run.trials)


def test_two_commands_that_are_killed_do_every_trial_once(tmp_path):
    """After two kills the same command ends with 40 trials, each once, of which the best one is tested."""
    (tmp_path / "space.toml").write_text(SPACE)
    folder = tmp_path / "out"
    command = [sys.executable, "-m", "mnist_compare", "tune", "space.toml", "--output", "out"]
    silent = {"cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    random = np.random.default_rng(SEED)
    first, second = (subprocess.Popen(command, **silent) for _ in range(2))
    for least, process in ((8, first), (20, second)):
        while len(numbers(folder)) < least and process.poll() is None:
            time.sleep(0.1)
        time.sleep(random.uniform(0, 4))
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        print(f"killed with {len(numbers(folder))} trials")  # noqa: T201
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=3000, check=False)
    print(ended.stdout, ended.stderr[-2000:])  # noqa: T201
    assert ended.returncode == 0
    assert numbers(folder) == dict.fromkeys(range(40), 1)
    records, (chosen,) = read_records(folder), read_records(folder / "chosen")
    assert {run.status for run in records} <= {Status.DONE, Status.PRUNED, Status.DIVERGED}
    done = [run for run in records if run.status is Status.DONE]
    assert chosen.spec.recipe == min(done, key=lambda run: (-run.test_accuracy, run.test_loss)).spec.recipe
    assert {run.spec.data.judged_on for run in records} == {"validation"}
    assert chosen.spec.data.judged_on == "test"
    assert "The test set was not looked at." in (folder / "report.md").read_text()


def test_three_frameworks_rank_the_same_trials_alike(tmp_path):
    """In float64 each trial has the same accuracy in torch, Keras and Paddle: Kendall's tau of their orders is 1."""
    space = {
        "backends": ["torch", "keras", "paddle"],
        "architectures": ["mlp"],
        "epochs": 2,
        "train_size": 400,
        "test_size": 100,
        "hold_out": 0.25,
        "trials": 8,
        "space": {
            "learning_rate": {"low": 0.001, "high": 0.5, "log": True},
            "batch_size": {"low": 8, "high": 32, "step": 4},
            "precision": "float64",
        },
    }
    found = tune(space, output=tmp_path / "out", progress=False, chosen=False)
    scores = {name: {} for name in space["backends"]}
    for run in found.trials.records:
        scores[run.backend] |= dict.fromkeys(run.trials, run.test_accuracy)
    columns = {name: [own[number] for number in range(8)] for name, own in scores.items()}
    print(columns)  # noqa: T201
    assert len(set(columns["torch"])) > 3
    for name in ("keras", "paddle"):
        assert kendalltau(columns["torch"], columns[name]).statistic == pytest.approx(1.0, abs=1e-12)
        assert columns[name] == columns["torch"]


def test_each_framework_can_have_a_study_of_its_own(tmp_path):
    """Trials are counted for each backend; each has its best setting, which is tested in it alone."""
    space = {
        "backends": ["torch", "keras"],
        "architectures": ["mlp"],
        "epochs": 1,
        "train_size": 300,
        "test_size": 100,
        "trials": 3,
        "per": "backend",
        "space": {"learning_rate": {"low": 0.001, "high": 0.5, "log": True}},
    }
    found = tune(space, output=tmp_path / "out", progress=False)
    assert sorted((run.backend, number) for run in found.trials.records for number in run.trials) == [
        (backend, number) for backend in ("keras", "torch") for number in range(3)
    ]
    assert list(found.best) == ["torch", "keras"]
    assert {run.backend: run.spec.recipe for run in found.chosen.records} == {
        name: one.recipe for name, one in found.best.items()
    }
    assert 'id="settings"' in (tmp_path / "out" / "report.html").read_text()
