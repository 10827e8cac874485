"""Folders that vanish, cannot be written, or hold half a line; clocks that are set back: said, and mended."""

import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes import assert_nobody_is_left, living, outcome, read_lines, wait_until
from third_party import ASKED, LINEAR, add_backend, plant_slow, run_cli, start_cli


def run(place, **options):
    return run_cli(*ASKED, cwd=place, installed=place / "installed", **options)


def bits(place):
    return [outcome(place / "out", name) for name in ("numpy", "slow")]


def assert_refused(code, err, *words):
    assert code == 2, err
    assert "Traceback" not in err
    error = err[err.index("Error: ") :]
    assert "\n" not in error.strip()
    assert all(word in error for word in words), error


@pytest.mark.parametrize("gone", ["out", pytest.param("out/runs", marks=pytest.mark.slow)])
def test_a_folder_that_vanishes_is_not_made_again_by_half(gone, finished, tmp_path):
    """Whoever removes the folder of a command that trains gets an error, no half of a folder, and can ask again."""
    plant_slow(tmp_path)
    process = start_cli(*ASKED, cwd=tmp_path, installed=tmp_path / "installed")
    wait_until((tmp_path / "at").exists)
    shutil.rmtree(tmp_path / gone)
    (tmp_path / "go").touch()
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in out + err
    assert_nobody_is_left(tmp_path)
    if gone == "out":
        assert_refused(process.returncode, err, "out", "gone")
        assert not (tmp_path / "out").exists()
    else:
        assert process.returncode == 3
        told = re.search(r"slow linear seed 0: failed: The folder (\S+) is gone, or what was in it\. (.+)", err)
        assert told, err
        assert Path(told[1]).parent == tmp_path / "out" / "runs"
        assert told[2] == "The same command begins anew."
    code, _, err = run(tmp_path)
    assert code == 0, err
    assert outcome(tmp_path / "out", "slow") == outcome(finished / "out", "slow")


def test_a_folder_that_vanishes_between_two_runs_is_not_made_again(tmp_path):
    """The next run does not begin in a folder that is gone, where its command could not go on later."""
    # At once: a worker that removes file by file may be ended in the midst of it, once its command has noticed.
    action = "os.rename('out', 'away') or os._exit(1)"
    add_backend(tmp_path / "installed", "slow", action)
    asked = [word.replace("numpy,slow", "slow,numpy") for word in ASKED]
    code, _, err = run_cli(*asked, cwd=tmp_path, installed=tmp_path / "installed")
    assert_refused(code, err, "out", "gone")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.parametrize("moment", range(8))
def test_a_folder_that_is_removed_at_any_moment(moment, tmp_path):
    """Between any two files of a run with many checkpoints, the command ends with the reason and makes none again."""
    add_backend(tmp_path / "installed", "slow")
    asked = [*ASKED, "--epochs", "400"]
    process = start_cli(*asked, cwd=tmp_path, installed=tmp_path / "installed")
    wait_until(lambda: list(tmp_path.glob("out/runs/*/epoch-*.json")))
    time.sleep(0.1 * moment)
    removed = subprocess.run(["rm", "-rf", "out"], cwd=tmp_path, check=False, capture_output=True)
    out, err = process.communicate(timeout=60)
    assert_refused(process.returncode, err, "out", "gone")
    assert out == ""
    assert_nobody_is_left(tmp_path)
    assert removed.returncode or not (tmp_path / "out").exists()


def test_a_folder_that_nobody_can_make_is_refused(tmp_path):
    """A path where no folder can be is an error with the path and the reason, before anything is trained."""
    (tmp_path / "file").touch()
    for path, reason in (("/proc/nowhere", "No such file"), ("file/out", "Not a directory"), ("x" * 300, "too long")):
        code, _, err = run_cli(*LINEAR, "-b", "numpy", "-o", path, cwd=tmp_path, installed=tmp_path)
        assert_refused(code, err, path, reason)


@pytest.mark.slow
def test_a_read_only_folder_is_refused(finished, tmp_path):
    """A comparison on a disk that is mounted read-only is left as it is, and the error says why."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    (tmp_path / "out" / "report.md").unlink()
    bind = ["mount", "--bind", tmp_path / "out", tmp_path / "out"]
    if subprocess.run(bind, check=False, capture_output=True).returncode:
        pytest.skip("may not mount")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", tmp_path / "out"], check=True)
        code, _, err = run(tmp_path, report=True)
        assert_refused(code, err, "out", "Read-only file system")
        assert living(tmp_path) == []
    finally:
        subprocess.run(["umount", tmp_path / "out"], check=True)
    assert bits(tmp_path) == bits(finished)


CLOCK = """
import datetime, os, sys, time

if os.path.exists("yesterday"):
    now, real = time.time, datetime.datetime

    class Earlier(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.datetime.fromtimestamp(time.time(), tz)

    time.time = lambda: now() - 24 * 3600
    datetime.datetime = Earlier

    class Restore:  # these two look at the class from C
        def find_spec(name, path=None, target=None):
            if name in ("matplotlib", "pandas"):
                datetime.datetime = real

    sys.meta_path.insert(0, Restore)
"""


@pytest.mark.slow
def test_a_clock_that_is_set_back_changes_nothing(finished, tmp_path):
    """A run that is taken up a day before it was begun ends with the same bits, its records are in order."""
    plant_slow(tmp_path)
    (tmp_path / "installed" / "sitecustomize.py").write_text(CLOCK)
    process = start_cli(*ASKED, cwd=tmp_path, installed=tmp_path / "installed", report=True)
    wait_until((tmp_path / "at").exists)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    (tmp_path / "yesterday").touch()
    (tmp_path / "go").touch()
    code, _, err = run(tmp_path, report=True)
    assert code == 0, err
    assert bits(tmp_path) == bits(finished)
    first, interrupted, done = read_lines(tmp_path / "out")
    assert [record["status"] for record in (first, interrupted, done)] == ["done", "interrupted", "done"]
    assert done["finished"] < interrupted["started"]
    assert min(done["times"].values()) >= 0
    assert "interrupted |" not in (tmp_path / "out" / "report.md").read_text()


@pytest.mark.slow
def test_no_shared_memory_is_needed(finished, tmp_path):
    """In a container whose /dev/shm is tiny and read-only, images reach the workers all the same."""
    plant_slow(tmp_path)
    (tmp_path / "go").touch()
    mount = "mount -t tmpfs -o ro,size=4k tmpfs /dev/shm"
    if subprocess.run(["unshare", "--mount", "sh", "-c", mount], check=False, capture_output=True).returncode:
        pytest.skip("may not mount")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec unshare --mount sh -c \'{mount} && exec {sys.executable} "$@"\' sh "$@"\n')
    python.chmod(0o755)
    code, _, err = run(tmp_path, python=python)
    assert code == 0, err
    assert bits(tmp_path) == bits(finished)


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(1, marks=pytest.mark.slow, id="one byte"),
        pytest.param(0.5, id="half"),
        pytest.param(-1, marks=pytest.mark.slow, id="all but its end"),
    ],
)
def test_half_a_line_is_taken_out_and_kept(left, finished, tmp_path):
    """A last line that was cut off anywhere is put aside, the lines before stay byte by byte, and its run goes on."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    results = tmp_path / "out" / "results.jsonl"
    first, last = results.read_bytes().splitlines(keepends=True)
    half = last[: int(left * len(last)) if left == 0.5 else left]
    results.write_bytes(first + half)
    code, _, err = run(tmp_path)
    assert code == 0, err
    assert bits(tmp_path) == bits(finished)
    lines = results.read_bytes().splitlines(keepends=True)
    assert lines[0] == first
    kept = list((tmp_path / "out").glob("half-record-*.txt"))
    if left == -1:
        assert lines[1:] == [last]
        assert kept == []
    else:
        assert len(lines) == 2
        assert [path.read_bytes() for path in kept] == [half]
        assert kept[0].name in err


def test_a_damaged_line_is_an_error_with_its_number_and_the_mend(finished, tmp_path):
    """Damage before the last line is not mended by guesses: the error names the line, and what to do."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    results = tmp_path / "out" / "results.jsonl"
    first, last = results.read_bytes().splitlines(keepends=True)
    for damaged in (
        first[:100] + b"\n",
        b"\x00" * 50 + first[50:],
        first.replace(b'"status":"done"', b'"status":"don"'),
    ):
        results.write_bytes(damaged + last)
        code, _, err = run(tmp_path)
        assert_refused(code, err, "results.jsonl", "line 1", "take the line out")
        assert results.read_bytes() == damaged + last
