"""A process that is stopped for a while, as a suspended machine or a frozen container stops it."""

import ctypes
import os
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest
from processes import read_lines, wait_until
from third_party import ASKED, plant_slow, start_cli

from mnist_compare.host.stopwatch import Stopwatch

PAUSE = 2.5


def test_a_pause_is_no_training(tmp_path):
    """The seconds in which a worker stood still are in no time of its run, and the report says so."""
    plant_slow(tmp_path)
    began = time.perf_counter()
    process = start_cli(*ASKED, "--no-retime", cwd=tmp_path, installed=tmp_path / "installed", report=True)
    wait_until(lambda: (tmp_path / "at").exists() and int((tmp_path / "at").read_text()) >= 10)
    (worker,) = [child for child in psutil.Process(process.pid).children() if "slow" in child.cmdline()]
    worker.suspend()
    stopped = time.perf_counter()
    time.sleep(PAUSE)
    worker.resume()
    stood_still = time.perf_counter() - stopped
    (tmp_path / "go").touch()
    out, err = process.communicate(timeout=60)
    lasted = time.perf_counter() - began
    assert process.returncode == 0, err
    quiet, record = read_lines(tmp_path / "out")
    assert quiet["times"]["paused"] == 0
    assert PAUSE - 0.5 < record["times"]["paused"] < stood_still + 0.5
    trained = record["times"]["training"]
    assert sum(epoch["train_seconds"] for epoch in record["history"]) == pytest.approx(trained)
    both = sum(seconds for times in (quiet["times"], record["times"]) for name, seconds in times.items())
    assert both < lasted
    assert "The process stood still during slow linear (seed 0): " in (tmp_path / "out" / "report.md").read_text()
    assert "The process stood still during" in out


def test_waiting_and_computing_are_no_pause():
    """A framework that waits for another process, or computes and lets no other thread run, has not stood still."""
    with Stopwatch() as watch:
        watch.start()
        subprocess.run([sys.executable, "-c", "import time; time.sleep(1.5)"], check=True)
        assert watch.stop()[1] == 0
        before = time.process_time()
        watch.start()
        sum(range(5 * 10**7))  # in C, with the interpreter's lock
        seconds, paused = watch.stop()
    assert paused == 0
    assert seconds > 0.9 * (time.process_time() - before)


@contextmanager
def one_busy_core(others):
    """This process and so many that compute, all on the same core."""
    own = os.sched_getaffinity(0)
    core = min(own)
    spin = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(others)]
    try:
        for process in spin:
            os.sched_setaffinity(process.pid, {core})
        os.sched_setaffinity(0, {core})
        yield
    finally:
        os.sched_setaffinity(0, own)
        for process in spin:
            process.kill()
            process.wait()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system has no affinity")
@pytest.mark.parametrize(
    "call",
    [lambda: sum(range(6 * 10**7)), lambda: ctypes.PyDLL(None).usleep(2_500_000)],
    ids=["computing", "waiting"],
)
def test_other_work_on_the_core_is_no_pause(call):
    """What computes beside others on its core, or waits, and lets no other thread run, has not stood still."""
    with one_busy_core(3), Stopwatch() as watch:
        watch.start()
        begin = time.perf_counter()
        call()  # with the interpreter's lock
        real = time.perf_counter() - begin
        seconds, paused = watch.stop()
    assert paused == 0
    assert seconds >= real
