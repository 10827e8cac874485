"""Faults in workers with real frameworks: whatever a worker does, its run has a reason, and nobody is left."""

import signal
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from framework_backends import EXPERIMENTS, plant_framework
from processes import assert_nobody_is_left, outcome, read_lines, wait_until
from third_party import LINEAR, run_cli, start_cli

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

TOO_MUCH = {
    "torch": "__import__('torch').empty(1 << 50)",
    "keras": "__import__('tensorflow').zeros([1 << 45])",
    "paddle": "__import__('paddle').zeros([1 << 45])",
}
START = "before its first step was done"
FAULTS = {
    "segfault": ("planted.segfault()", "crashed", ["SIGSEGV", "a fault inside the framework", START]),
    "leaving": ("planted.leave()", "crashed", ["exit code 3", START]),
    "memory": ("planted.too_much_for_python()", "failed", ["out of memory (MemoryError", "epoch 1"]),
    "allocator": ("", "failed", ["out of memory (", "epoch 1", "log.txt"]),
    "raising": ("planted.raise_error()", "failed", ["ValueError: the shapes do not fit", "epoch 1", "log.txt"]),
    "unfinite": ("return super().train(images, targets, steps) * float('nan')", "diverged", ["nan", "epoch 1"]),
    "garbage": ("planted.say_no_json()", "crashed", ["no event", START]),
    "huge": ("planted.say_a_huge_line()", "crashed", ["no event", START]),
    "fork": ("planted.leave_with_child_on_the_pipe()", "crashed", ["exit code 3", START]),
}
HANGS = {
    "deaf": ("planted.hang_deaf_with_child()", "timed_out", ["not done after 20 s (--timeout)", START]),
    "locked": ("planted.hang_without_letting_go()", "timed_out", ["not done after 20 s (--timeout)", START]),
}


def run_faults(place, framework, faults, *options):
    for name, (action, _, _) in faults.items():
        plant_framework(place / "installed", framework, name, action or TOO_MUCH[framework])
    asked = (*LINEAR, "--backends", ",".join([*faults, framework]), "--output", "out", *options)
    code, out, err = run_cli(*asked, cwd=place, installed=place / "installed", timeout=900)
    (place / "over").touch()
    print(err)  # noqa: T201 (shown when a test fails)
    records = {record["backend"]: record for record in read_lines(place / "out")}
    return SimpleNamespace(code=code, out=out, err=err, records=records, folder=place / "out")


@pytest.mark.parametrize("framework", EXPERIMENTS)
@pytest.mark.parametrize(("faults", "options"), [(FAULTS, ()), (HANGS, ("--timeout", "20"))], ids=["faults", "hangs"])
def test_every_fault_has_its_status_and_reason(framework, faults, options, tmp_path):
    """A run that fails says how, where, and its last words, in a line; the framework's own run after it is done."""
    comparison = run_faults(tmp_path, framework, faults, *options)
    assert_nobody_is_left(tmp_path, seconds=15)
    assert comparison.code == 3
    assert comparison.records[framework]["status"] == "done"
    assert "Traceback" not in comparison.out + comparison.err
    for name, (_, status, words) in faults.items():
        record = comparison.records[name]
        assert record["status"] == status, record["reason"]
        assert all(word in record["reason"] for word in words), (name, record["reason"])
        assert "\n" not in record["reason"]
        assert len(record["reason"]) < 1000
        assert not any(chatter in record["reason"] for chatter in ("oneDNN", "OMP_NUM_THREADS")), record["reason"]
        assert next(comparison.folder.glob(f"runs/{name}-*/log.txt")).is_file()


def slow_backend(place, framework, action="planted.step_slowly(self, steps)"):
    plant_framework(place / "installed", framework, "slow", action)
    return (*LINEAR[:-1], "2", "--backends", "slow", "--output", "out")


def stop(process, place):
    """Ctrl-C, which ends the command in order and leaves one record, of a run that was interrupted: that record."""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in out + err
    assert_nobody_is_left(place)
    (record,) = read_lines(place / "out")
    assert record["status"] == "interrupted"
    return record


@pytest.mark.parametrize("framework", EXPERIMENTS)
def test_ctrl_c_saves_the_middle_of_an_epoch(framework, tmp_path):
    """Ctrl-C leaves a checkpoint of the epoch under way, from which the same command goes on to the same bits."""
    whole = tmp_path / "whole"
    asked = slow_backend(whole, framework)
    (whole / "go").touch()
    code, _, err = run_cli(*asked, cwd=whole, installed=whole / "installed", timeout=300)
    assert code == 0, err

    place = tmp_path / "stopped"
    asked = slow_backend(place, framework)
    process = start_cli(*asked, cwd=place, installed=place / "installed")
    wait_until(lambda: (place / "at").exists() and int((place / "at").read_text()) >= 20, seconds=120)
    record = stop(process, place)
    assert Path(record["weights"]).name.startswith("epoch-001-step-"), record["reason"]
    assert (place / "out" / record["weights"]).is_file()

    (place / "go").touch()
    code, _, err = run_cli(*asked, cwd=place, installed=place / "installed", timeout=300)
    assert code == 0, err
    assert "goes on after 1 epoch and " in err
    assert outcome(place / "out", "slow") == outcome(whole / "out", "slow")


# The framework takes some seconds longer to import.
LATE = """
import sys, time
from pathlib import Path

time.sleep(5)
sys.path.remove(str(Path(__file__).parents[1]))
del sys.modules[__name__]
__import__(__name__)
"""


@pytest.mark.parametrize("framework", EXPERIMENTS)
def test_ctrl_c_while_the_framework_is_imported(framework, tmp_path):
    """Ctrl-C before the first step ends the command in order, and the same command begins anew."""
    (tmp_path / "late" / framework).mkdir(parents=True)
    (tmp_path / "late" / framework / "__init__.py").write_text(LATE)
    asked = (*LINEAR, "--backends", framework, "--output", "out")
    process = start_cli(*asked, cwd=tmp_path, installed=tmp_path / "late")
    wait_until(lambda: list(tmp_path.glob("out/runs/*/log.txt")))
    time.sleep(0.3)
    stop(process, tmp_path)
    code, _, err = run_cli(*asked, cwd=tmp_path, installed=tmp_path / "late", timeout=300)
    assert code == 0, err


@pytest.mark.parametrize("framework", ["paddle"])  # the one that hears SIGTERM itself
def test_a_worker_that_hears_nothing_is_killed_in_its_time(framework, tmp_path):
    """One Ctrl-C is enough: a worker that does not end by itself is killed, and the record and report are written."""
    asked = slow_backend(tmp_path, framework, "planted.hang_deaf_with_child()")
    process = start_cli(*asked, cwd=tmp_path, installed=tmp_path / "installed", report=True)
    wait_until((tmp_path / "deaf").exists, seconds=120)
    stop(process, tmp_path)
    assert (tmp_path / "out" / "report.md").is_file()
