"""Runs that lose their worker, and are placed again on this machine."""

import psutil
import pytest

from mnist_compare import compare
from mnist_compare.errors import UsageError
from mnist_compare.records.record import Status
from mnist_compare.runner.observer import Observer
from mnist_compare.runner.training_events import EpochEnded

ASKED = {"train_size": 1000, "test_size": 100, "epochs": 3, "threads": 1, "report": False}


class Killing(Observer):
    """Kills the worker after the first epoch that it tells of, as often as is said."""

    def __init__(self, times):
        self.times, self.placed = times, []

    def run_event(self, run, event):
        if isinstance(event, EpochEnded) and self.times:
            self.times -= 1
            for child in psutil.Process().children(recursive=True):
                child.kill()

    def run_placed_again(self, run, reason, number):
        self.placed.append((number, "SIGKILL" in reason))


def test_a_run_goes_on_after_its_worker_was_killed(tmp_path):
    """With --retries a lost worker costs no run: it ends with the bits of one that nobody disturbed."""
    (whole,) = compare("numpy", "mlp", **ASKED, output=tmp_path / "whole").records
    observer = Killing(2)
    (record,) = compare("numpy", "mlp", **ASKED, retries=2, observer=observer, output=tmp_path / "out").records
    assert observer.placed == [(1, True), (2, True)]
    assert (record.status, record.resumed) == (Status.DONE, 2)
    assert record.weights_sha256 == whole.weights_sha256
    assert record.test == whole.test


def test_a_run_that_keeps_failing_is_given_up_with_the_reason(tmp_path):
    """The record says how the last worker was lost, and how many there were."""
    (record,) = compare(
        "numpy", "mlp", **ASKED | {"epochs": 6}, retries=1, observer=Killing(9), output=tmp_path / "out"
    ).records
    assert record.status is Status.CRASHED
    assert "SIGKILL" in record.reason
    assert record.reason.endswith("(the last of 2 tries)")


def test_nobody_retries_unless_it_is_asked_for(tmp_path):
    """On this machine a worker that was killed ends its run; a number of retries that cannot be is refused."""
    observer = Killing(1)
    (record,) = compare("numpy", "mlp", **ASKED, observer=observer, output=tmp_path / "out").records
    assert (record.status, observer.placed) == (Status.CRASHED, [])
    with pytest.raises(UsageError, match="--retries must be from 0 to 100"):
        compare("numpy", "mlp", **ASKED, retries=-1, output=tmp_path / "out")
