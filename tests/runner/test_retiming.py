"""Finished runs are timed again: on request, and by itself once where other work disturbed them."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from processes import assert_nobody_is_left, outcome, read_lines, wait_until
from third_party import ASKED, LINEAR, plant, run_cli, start_cli

from mnist_compare.records.measures import train_seconds
from mnist_compare.records.results import read_records
from mnist_compare.runner.machine_changes import changed_facts


def again(place, *options):
    """The same command as that of the finished comparison, in a place where it may be changed."""
    return run_cli(*ASKED, *options, cwd=place, installed=place / "installed")


def files(folder):
    """All that lies in a comparison's folder but reports, records and logs, by its bytes."""
    kept = [path for path in folder.rglob("*") if path.is_file() and path.suffix in (".safetensors", ".json")]
    return {path.relative_to(folder): path.read_bytes() for path in sorted(kept)}


@pytest.fixture
def place(finished, tmp_path):
    """A copy of the finished comparison of ASKED."""
    subprocess.run(["cp", "-r", f"{finished}/.", tmp_path], check=True)
    return tmp_path


@contextmanager
def busy_machine():
    """A process at work on every core."""
    spin = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for process in spin:
            process.kill()
            process.wait()


def test_retime_times_what_is_finished_again(place):
    """Each run is trained again for its time alone: the record has both timings, and all else is as it was."""
    before, kept = read_lines(place / "out"), files(place / "out")
    bits = [outcome(place / "out", name) for name in ("numpy", "slow")]
    code, _, err = again(place, "--retime")
    assert code == 0, err
    assert "numpy linear seed 0: timed again\n" in err
    assert "[again 2/2] slow linear seed 0: epoch 3/3" in err
    assert re.search(r"slow linear seed 0: \d+\.\d s of training, \d+\.\d s before", err)
    lines = read_lines(place / "out")
    assert lines[:2] == before
    assert [line | {"repeats": []} for line in lines[2:]] == before
    for line in lines[2:]:
        (repeat,) = line["repeats"]
        assert repeat["same"]
        assert len(repeat["epoch_seconds"]) == 3
        assert repeat["times"]["training"] > 0
    assert files(place / "out") == kept
    assert [outcome(place / "out", name) for name in ("numpy", "slow")] == bits
    assert not (place / "out" / ".again").exists()
    code, _, err = again(place, "--retime")
    assert code == 0, err
    assert [len(record.timings) for record in read_records(place / "out")] == [3, 3]


def test_a_disturbed_run_is_timed_again_by_itself_once(tmp_path):
    """Where other work took cores, the run is repeated at the end, which console and report say; but only once.

    On request it is timed once more, and the request is the reason.
    """
    plant(tmp_path / "installed", "slow", "step_slowly(self, steps)")
    asked = (*LINEAR[:-1], "2", "--backends", "slow", "--threads", "1", "--output", "out")
    with busy_machine():
        code, _, err = run_cli(*asked, cwd=tmp_path, installed=tmp_path / "installed", report=True)
        assert code == 0, err
        assert err.count("slow linear seed 0: timed again, since other work kept") == 1
        assert err.count("other work kept") == 2
        (record,) = read_records(tmp_path / "out")
        assert record.is_disturbed
        assert [timing.same for timing in record.timings] == [True, True]
        assert "also when it was timed again" in (tmp_path / "out" / "report.md").read_text()
        before = read_lines(tmp_path / "out")
        code, _, err = run_cli(*asked, cwd=tmp_path, installed=tmp_path / "installed")
        assert "timed again" not in err
        assert read_lines(tmp_path / "out") == before
        code, _, err = run_cli(*asked, "--retime", cwd=tmp_path, installed=tmp_path / "installed")
    assert "slow linear seed 0: timed again\n" in err
    assert f"already done, test accuracy {record.test_accuracy:.2%}, {train_seconds(record):.1f} s of training" in err


def test_a_disturbed_run_is_left_alone_on_request(tmp_path):
    """--no-retime repeats nothing."""
    plant(tmp_path / "installed", "slow", "step_slowly(self, steps)")
    asked = (*LINEAR[:-1], "2", "--backends", "slow", "--threads", "1", "--output", "out", "--no-retime")
    with busy_machine():
        code, _, err = run_cli(*asked, cwd=tmp_path, installed=tmp_path / "installed")
    assert code == 0, err
    assert "timed again" not in err
    (record,) = read_records(tmp_path / "out")
    assert record.is_disturbed
    assert record.repeats == []


def test_other_bits_are_told(tmp_path):
    """A training that does not repeat itself is timed all the same, and console and report say what it is."""
    plant(tmp_path / "installed", "drifting", "drift(self)")
    asked = (*LINEAR, "--backends", "drifting", "--threads", "1", "--output", "out")
    assert run_cli(*asked, cwd=tmp_path, installed=tmp_path / "installed")[0] == 0
    (before,) = read_lines(tmp_path / "out")
    code, _, err = run_cli(*asked, "--retime", cwd=tmp_path, installed=tmp_path / "installed", report=True)
    assert code == 0, err
    assert "; it did not end in the same bits" in err
    (record,) = read_records(tmp_path / "out")
    assert not record.repeats[0].same
    assert record.weights_sha256 == before["weights_sha256"]
    assert "did not end in the same bits" in (tmp_path / "out" / "report.md").read_text()


def test_ctrl_c_leaves_the_record_as_it_is(place):
    """A repetition that is stopped leaves nothing behind, and takes nothing away."""
    before = read_lines(place / "out")
    for name in ("go", "at"):
        (place / name).unlink()
    process = start_cli(*ASKED, "--retime", cwd=place, installed=place / "installed")
    wait_until(lambda: (place / "at").exists() or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in out + err
    assert_nobody_is_left(place)
    assert not (place / "out" / ".again").exists()
    lines = read_lines(place / "out")
    assert [line for line in lines if not line["repeats"]] == before
    assert [line["backend"] for line in lines if line["repeats"]] == ["numpy"]


def test_a_repetition_that_fails_is_told(place):
    """Where the training does not come to its end again, the reason is said and the record stays."""
    (place / "go").unlink()
    code, _, err = again(place, "--retime", "--timeout", "2")
    assert code == 0, err
    assert "slow linear seed 0: not timed again: timed_out: not done after 2 s (--timeout)" in err
    assert [len(record.repeats) for record in read_records(place / "out")] == [1, 0]


def test_a_run_of_another_machine_is_not_timed_on_this_one(place):
    """Times of two machines are no timings of one run."""
    lines = [line | {"machine": line["machine"] | {"cpu": "another"}} for line in read_lines(place / "out")]
    (place / "out" / "results.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    code, _, err = again(place, "--retime")
    assert code == 0, err
    said = (
        r"not timed again: it was trained on another machine, or this one has changed since \(cpu: another, now .+\): "
    )
    assert len(re.findall(f"{said}--force trains it again as it is now\n", err)) == 2
    assert read_lines(place / "out") == lines


def test_what_has_changed_in_a_machine_is_named():
    """A changed fact is told with both values; one that an older record lacks is no difference."""
    before = {"cpu": "A", "cores": 4, "usable_cores": 4, "gpus": [{"model": "G", "driver": "1"}]}
    now = before | {"usable_cores": 2, "gpus": [{"model": "G", "driver": "2"}], "system": "Linux"}
    assert changed_facts(before, now) == "usable cores: 4, now 2; gpus: G 1, now G 2"
    assert changed_facts(before, before | {"system": "Linux", "memory_bytes": 1}) == ""
