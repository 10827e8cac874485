"""Workers that hang, garble what they say, or leave processes behind: the run has its reason, and nobody is left."""

import os
import sys
from types import SimpleNamespace

import pytest
from processes import assert_nobody_is_left, read_lines
from third_party import LINEAR, add_backend, plant, run_cli

FAULTS = {
    "fork": ("leave_with_child_on_the_pipe", "crashed", ["exit code 3", "before its first step was done"]),
    "unnamed": ("die_of_an_unnamed_signal", "crashed", ["killed by signal 37"]),
    "nojson": ("say_no_json", "crashed", ["no event", "before its first step was done"]),
    "notext": ("say_no_text", "crashed", ["no event", "before its first step was done"]),
    "huge": ("say_a_huge_line", "crashed", ["no event", "before its first step was done"]),
    "other": ("say_another_jobs_event", "crashed", ["another job"]),
    "lines": (
        "raise_error",
        "failed",
        ["ValueError: the shapes do not fit: 2, 3 and 4, 5 in epoch 1, after 0 steps"],
    ),
    "nolog": ("raise_without_a_log", "failed", ["ValueError: no log takes this in epoch 1"]),
    "memory": ("too_much_for_python", "failed", ["out of memory (MemoryError"]),
}
HANGS = {
    "deaf": (
        "hang_deaf_with_child",
        "timed_out",
        ["not done after 5.5 s (--timeout)", "before its first step was done"],
    ),
}
MORE_HANGS = {
    "closed": ("close_the_pipe", "crashed", ["closed its pipe", "before its first step was done"]),
    "locked": ("hang_without_letting_go", "timed_out", ["not done after 5.5 s", "before its first step was done"]),
}


def run_faults(place, faults, *options):
    for name, (fault, _, _) in faults.items():
        plant(place / "installed", name, fault)
    asked = (*LINEAR, "--backends", ",".join([*faults, "numpy"]), "--threads", "1", "--output", "out", *options)
    code, out, err = run_cli(*asked, cwd=place, installed=place / "installed", report=True)
    (place / "over").touch()
    records = {record["backend"]: record for record in read_lines(place / "out")}
    return SimpleNamespace(code=code, out=out, err=err, records=records, folder=place / "out", place=place)


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    """A comparison of backends with faults, and the reference."""
    return run_faults(tmp_path_factory.mktemp("faults"), FAULTS)


def assert_told(comparison, name, status, words):
    record = comparison.records[name]
    assert record["status"] == status, record["reason"]
    assert all(word in record["reason"] for word in words), record["reason"]
    assert "\n" not in record["reason"]
    assert f"{name} linear seed 0: {status}: {record['reason']}" in comparison.err
    assert all(word in (comparison.folder / "report.md").read_text() for word in words)


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_has_its_status_and_reason(faults, name):
    """Whatever a worker does to the pipe, to its children and to itself, its record says what and where, in a line."""
    assert_told(faults, name, *FAULTS[name][1:])


def test_the_other_runs_are_done_and_nobody_is_left(faults):
    """After faults of every kind the last run is done, the exit code is 3, and no process or traceback is left."""
    assert_others_are_done(faults)


@pytest.mark.parametrize("hangs", [HANGS, pytest.param(MORE_HANGS, marks=pytest.mark.slow)], ids=", ".join)
def test_a_run_that_hangs_is_killed_after_its_time(hangs, tmp_path):
    """--timeout ends a run that hears no signal or keeps the interpreter's lock, and its record says so."""
    comparison = run_faults(tmp_path, hangs, "--timeout", "5.5")
    for name, (_, status, words) in hangs.items():
        assert_told(comparison, name, status, words)
    assert_others_are_done(comparison)


def assert_others_are_done(comparison):
    assert comparison.code == 3, comparison.err
    assert comparison.records["numpy"]["status"] == "done"
    assert "Traceback" not in comparison.out + comparison.err
    assert_nobody_is_left(comparison.place, seconds=15)


def test_a_worker_that_can_no_longer_start_is_a_crash_with_the_reason(tmp_path):
    """Where the interpreter vanishes between two runs, the later run says why it could not start."""
    action = "__import__('pathlib').Path(sys.executable).unlink(missing_ok=True)"
    add_backend(tmp_path / "installed", "vanishing", action)
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(os.path.realpath(sys.executable))
    paths = os.pathsep.join([str(tmp_path / "installed"), *filter(None, sys.path)])
    asked = (*LINEAR, "--backends", "vanishing,numpy", "--threads", "1", "--output", "out")
    code, out, err = run_cli(
        *asked,
        cwd=tmp_path,
        installed=tmp_path / "installed",
        python=python,
        env={**os.environ, "COLUMNS": "200", "PYTHONPATH": paths},
    )
    assert code == 3, err
    vanishing, numpy = read_lines(tmp_path / "out")
    assert vanishing["status"] == "done"
    assert numpy["status"] == "crashed"
    assert "cannot be started: [Errno 2] No such file or directory" in numpy["reason"]
    assert str(python) in numpy["reason"]
    assert "Traceback" not in out + err
