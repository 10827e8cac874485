"""Two processes train a network together as one process trains it alone: in torch, Keras and Paddle, in float64."""

import os
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import numpy as np
import psutil
import pytest
from parallel_cases import CASES, STEPS

from mnist_compare.backend import find_backend
from mnist_compare.host.environment import physical_cores
from mnist_compare.host.loopback import free_addresses
from mnist_compare.records.results import read_records

FRAMEWORKS = ("torch", "keras", "paddle")
LOCAL = "normalized"
"""The case with batch norms, whose statistics are those of each process's own images."""
WORKER = Path(__file__).with_name("rank_worker.py")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(physical_cores() < 2, reason="two processes need two cores"),
]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Gives what so many processes of a backend have come to, by case and name of an array."""
    folder = tmp_path_factory.mktemp("processes")

    @cache
    def arrays(backend, count):
        place = folder / backend
        place.mkdir(exist_ok=True)
        addresses = free_addresses(count) if count > 1 else ()
        started = [
            subprocess.Popen(
                [sys.executable, str(WORKER), backend, str(rank), str(place), *addresses, "--", *CASES],
                env=os.environ | find_backend(backend).environment(1),
                stderr=subprocess.PIPE,
                text=True,
            )
            for rank in range(count)
        ]
        for process in started:
            _, errors = process.communicate(timeout=900)
            assert process.returncode == 0, errors[-4000:]
        return dict(np.load(place / f"{count}.npz"))

    return arrays


def largest_difference(one, other, case):
    names = [name for name in one if name.startswith(f"{case}/")]
    assert names
    assert all(one[name].shape == other[name].shape for name in names)
    return max(float(np.abs(one[name] - other[name]).max()) for name in names)


@pytest.mark.parametrize("backend", FRAMEWORKS)
def test_two_processes_train_as_one_does(trained, backend, record_property):
    """Every loss of 50 steps, and weights, slots and logits in the end, are those of one process to 1e-12: also where
    the processes cannot share a batch evenly, classes have weights, gradients are clipped and images are mixed."""
    one, two = trained(backend, 1), trained(backend, 2)
    for case in CASES:
        assert len(two[f"{case}/losses"]) == STEPS
        if case != LOCAL:
            found = largest_difference(one, two, case)
            record_property(case, found)
            assert found <= 1e-12, case


@pytest.mark.parametrize("backend", FRAMEWORKS[1:])
def test_batch_norms_are_local_in_every_framework(trained, backend):
    """Each process normalizes by its own part of a batch: so two processes train otherwise than one, and alike in all
    frameworks."""
    assert largest_difference(trained(backend, 1), trained(backend, 2), LOCAL) > 1e-6
    assert largest_difference(trained("torch", 2), trained(backend, 2), LOCAL) <= 1e-12


@pytest.mark.parametrize("backend", FRAMEWORKS)
def test_a_process_that_is_killed_ends_the_run_with_its_reason(backend, tmp_path):
    """The first process does not wait for one that is gone; the same command goes on from the last checkpoint."""
    command = [sys.executable, "-m", "mnist_compare", "run", "-b", backend, "-a", "mlp", "--processes", "2"]
    command += ["--epochs", "40", "--train-size", "20000", "--test-size", "100", "--output", "out"]
    command += ["--no-report", "--no-retime", "--no-latency", "--train-metrics", "off"]
    program = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    for line in program.stderr:
        if "epoch 2/" in line:
            break
    (worker,) = [one for one in psutil.Process(program.pid).children() if "worker.main" in " ".join(one.cmdline())]
    (other,) = [one for one in worker.children() if "worker.main" in " ".join(one.cmdline())]
    other.send_signal(signal.SIGKILL)
    begin = time.monotonic()
    _, errors = program.communicate(timeout=120)
    assert time.monotonic() - begin < 60
    (record,) = read_records(tmp_path / "out")
    assert record.status == "failed", errors
    assert "process 2 of 2: the worker was killed by SIGKILL" in record.reason
    assert not other.is_running()
    assert not worker.is_running()


@pytest.mark.parametrize("backend", FRAMEWORKS)
def test_a_run_that_was_stopped_goes_on_to_the_same_bits(backend, tmp_path):
    """Ctrl-C in the middle of two processes' training, and the same command again: the bits of an undisturbed run."""
    command = [sys.executable, "-m", "mnist_compare", "run", "-b", backend, "-a", "mlp", "--processes", "2"]
    command += ["--epochs", "6", "--train-size", "8000", "--test-size", "100", "--optimizer", "adam"]
    command += ["--no-report", "--no-retime", "--no-latency", "--train-metrics", "off", "--output"]
    subprocess.run([*command, "whole"], cwd=tmp_path, check=True, timeout=300, capture_output=True)
    program = subprocess.Popen([*command, "stopped"], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    for line in program.stderr:
        if "epoch 2/" in line:
            break
    program.send_signal(signal.SIGINT)
    _, errors = program.communicate(timeout=120)
    (record,) = read_records(tmp_path / "stopped")
    assert record.status == "interrupted", errors
    subprocess.run([*command, "stopped"], cwd=tmp_path, check=True, timeout=300, capture_output=True)
    found = [read_records(tmp_path / name)[-1] for name in ("whole", "stopped")]
    assert [record.resumed for record in found] == [0, 1]
    assert found[0].weights_sha256 == found[1].weights_sha256
