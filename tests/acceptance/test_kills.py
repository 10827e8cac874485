"""Runs that are killed at any moment, and the same command again: the end is that of a run that nobody killed.

    pytest -m slow -s tests/acceptance/test_kills.py

The moments are spread over the start, the training, the evaluation and the writing of checkpoints; they follow from
SEED and the times of the uninterrupted run. Half of the kills hit the worker, half the command.
"""

import hashlib
import signal
import subprocess
import sys
import time

import msgspec
import numpy as np
import psutil
import pytest

from mnist_compare.records.record import Status
from mnist_compare.records.results import read_records

SEED = 2026
KILLS = 20
PHASES = ("start", "training", "evaluation", "checkpoint")
ASKED = ("--architectures", "convnet", "--train-size", "1200", "--test-size", "400", "--epochs", "3")
SECONDS = {"train_seconds": 0.0, "evaluation_seconds": 0.0, "checkpoint_seconds": 0.0}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


def start(backend, folder):
    command = [sys.executable, "-m", "mnist_compare", "--backends", backend, *ASKED, "--output", str(folder)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def finish(backend, folder):
    with start(backend, folder) as process:
        _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    (record,) = [record for record in read_records(folder) if record.status is Status.DONE]
    return record


def outcome(folder, record):
    """SHA-256 of the weights' file, of the history without its seconds, and of the predictions."""
    history = [msgspec.structs.replace(result, **SECONDS) for result in record.history]
    weights = (folder / record.weights).read_bytes()
    return (
        hashlib.sha256(weights).hexdigest(),
        hashlib.sha256(msgspec.json.encode(history)).hexdigest(),
        record.test.predictions_sha256,
    )


def wait(phase, folder, process, whole, random):
    """Until the moment of the kill; times within a phase are those of the uninterrupted run."""
    first, epoch = whole.history[0], int(random.integers(3))
    if phase == "start":
        time.sleep(random.uniform(0.0, whole.times.start + whole.times.imports + whole.times.build))
        return
    if phase == "checkpoint":
        wait_for_checkpoint(folder, process, epoch + 1, random)
        return
    marker = f"epoch {epoch}/3" if epoch else ": on "
    assert any(marker in line for line in process.stderr)
    partial = 0.0 if epoch else whole.times.first_step + whole.times.data
    if phase == "training":
        time.sleep(random.uniform(0.0, partial + first.train_seconds))
    else:
        time.sleep(partial + first.train_seconds + random.uniform(0.0, first.evaluation_seconds))


def wait_for_checkpoint(folder, process, epoch, random):
    """Until the file of the epoch is being written."""
    while process.poll() is None:
        if any(folder.glob(f"runs/*/epoch-{epoch:03d}.safetensors*")):
            time.sleep(random.uniform(0.0, 0.004))
            return
        time.sleep(0.0005)


def say(line):
    print(line)  # noqa: T201 (the figures of this test, shown by -s)


def kill(process, target):
    """SIGKILL to the command or to its worker; afterwards no process is left."""
    family = psutil.Process(process.pid).children(recursive=True)
    if target == "worker" and family:
        family[0].send_signal(signal.SIGKILL)
    else:
        process.kill()
    process.communicate(timeout=60)
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive


@pytest.mark.parametrize("backend", ["torch", "keras", "paddle"])
def test_a_killed_run_ends_with_the_same_bits(backend, tmp_path):
    """After a SIGKILL at any moment the same command ends with the weights, history and predictions of no kill."""
    whole = finish(backend, tmp_path / "whole")
    expected = outcome(tmp_path / "whole", whole)
    random = np.random.default_rng([SEED, *backend.encode()])
    equal, resumed = 0, 0
    for number in range(KILLS):
        phase, target = PHASES[number % 4], ("worker", "command")[number // 4 % 2]
        folder = tmp_path / str(number)
        process = start(backend, folder)
        wait(phase, folder, process, whole, random)
        if process.poll() is None:
            kill(process, target)
        record = finish(backend, folder)
        same = outcome(folder, record) == expected
        equal += same
        resumed += record.resumed
        say(f"{backend} {number}: {phase}, {target} killed; resumed {record.resumed}; {'same' if same else 'OTHER'}")
    say(f"{backend}: {equal} of {KILLS} ended with the same bits, {resumed} went on from a checkpoint")
    assert equal == KILLS
    assert resumed > KILLS // 4
