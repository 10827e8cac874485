"""A process that is stopped for a while, as a suspended machine or a frozen container stops it."""

import subprocess
import sys
import time

import psutil
from processes import read_lines, wait_until
from third_party import ASKED, plant_slow, start_cli

from mnist_compare.stopwatch import Stopwatch

PAUSE = 2.5


def test_a_pause_is_no_training(tmp_path):
    """The seconds in which a worker stood still are in no time of its run, and the report says so."""
    plant_slow(tmp_path)
    process = start_cli(*ASKED, "--no-retime", cwd=tmp_path, installed=tmp_path / "installed")
    wait_until(lambda: (tmp_path / "at").exists() and int((tmp_path / "at").read_text()) >= 10)
    (worker,) = [child for child in psutil.Process(process.pid).children() if "slow" in child.cmdline()]
    worker.suspend()
    time.sleep(PAUSE)
    worker.resume()
    (tmp_path / "go").touch()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    quiet, record = read_lines(tmp_path / "out")
    assert quiet["times"]["paused"] == 0
    assert PAUSE - 0.5 < record["times"]["paused"] < PAUSE + 0.5
    assert sum(epoch["train_seconds"] for epoch in record["history"]) < 40 * 0.08 + 1
    assert record["times"]["training"] < 40 * 0.08 + 1
    assert "The process stood still during slow linear (seed 0): " in (tmp_path / "out" / "report.md").read_text()
    assert "The process stood still during" in out


def test_waiting_and_computing_are_no_pause():
    """A framework that waits for another process, or computes and lets no other thread run, has not stood still."""
    with Stopwatch() as watch:
        watch.start()
        subprocess.run([sys.executable, "-c", "import time; time.sleep(1.5)"], check=True)
        assert watch.stop()[1] == 0
        watch.start()
        sum(range(10**8))  # in C, with the interpreter's lock
        seconds, paused = watch.stop()
    assert paused == 0
    assert seconds > 0.5
