"""Several runs at a time: the same results as one after another, and the same care when they are stopped."""

import re
import signal

import pytest
from processes import assert_nobody_is_left, outcome, read_lines, wait_until
from third_party import LINEAR, plant, run_cli, start_cli

from mnist_compare.errors import OutputError, UsageError
from mnist_compare.runner.plan import make_plan
from mnist_compare.runner.request import Request
from mnist_compare.runner.tasks import run_tasks

BOTH = ("--backends", "here,there", "--threads", "1", "--output", "out")
ASKED = (*LINEAR[:-1], "2", *BOTH)


def plant_both(place):
    """Two backends that train slowly, each saying how far it is in a file of its own."""
    for name in ("here", "there"):
        plant(place / "installed", name, f"step_slowly(self, steps, 'at-{name}')")


def under_way(place):
    """Whether both have begun to train."""
    return all((place / f"at-{name}").exists() for name in ("here", "there"))


def test_two_runs_at_a_time_end_with_the_bits_of_one_after_another(tmp_path):
    """Both train at the same moment; weights, history and test are those of a run that had the machine for itself."""
    plant_both(tmp_path)
    installed = tmp_path / "installed"
    process = start_cli(*ASKED, "--jobs", "2", cwd=tmp_path, installed=installed, report=True)
    wait_until(lambda: under_way(tmp_path) or process.poll() is not None)
    assert not (tmp_path / "out" / "results.jsonl").exists()  # neither is done
    (tmp_path / "go").touch()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "[1/2] here linear seed 0: epoch 2/2" in err
    assert "[2/2] there linear seed 0: epoch 2/2" in err
    assert [record["jobs"] for record in read_lines(tmp_path / "out")] == [2, 2]
    assert "2 runs were trained while others were (--jobs 2)" in (tmp_path / "out" / "report.md").read_text()
    alone = [*ASKED[:-1], "alone"]
    code, _, err = run_cli(*alone, cwd=tmp_path, installed=installed)
    assert code == 0, err
    for name in ("here", "there"):
        assert outcome(tmp_path / "out", name) == outcome(tmp_path / "alone", name)


def test_ctrl_c_stops_all_that_are_under_way(tmp_path):
    """Both runs are saved and recorded, nobody stays behind, and the same command ends what it began."""
    plant_both(tmp_path)
    installed = tmp_path / "installed"
    process = start_cli(*ASKED, "--jobs", "2", cwd=tmp_path, installed=installed, report=True)
    wait_until(lambda: under_way(tmp_path) or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in out + err
    assert_nobody_is_left(tmp_path)
    assert [record["status"] for record in read_lines(tmp_path / "out")] == ["interrupted"] * 2
    (tmp_path / "go").touch()
    code, _, err = run_cli(*ASKED, "--jobs", "2", cwd=tmp_path, installed=installed)
    assert code == 0, err
    assert err.count("goes on after") == 2


@pytest.mark.parametrize(
    ("jobs", "runs", "asked", "wanted"),
    [(1, 8, None, (1, 4)), (2, 8, None, (2, 2)), (8, 8, None, (8, 1)), (2, 8, 3, (2, 3)), (8, 2, None, (2, 2))],
)
def test_cores_are_divided_among_the_runs_at_a_time(monkeypatch, jobs, runs, asked, wanted):
    """Four cores for one run, half of them for each of two, one at least; as many as are asked for; no more jobs than
    runs.
    """
    monkeypatch.setattr("mnist_compare.runner.place.physical_cores", lambda: 4)
    plan = make_plan(
        Request(("numpy",), ("linear",), train_size=100, seeds=tuple(range(runs)), jobs=jobs, threads=asked)
    )
    assert (plan.jobs, plan.runs[0].spec.threads) == wanted


def test_a_run_that_cannot_go_on_stops_the_others():
    """They are told why, runs that have not begun do not begin, and the error is the command's."""
    partial, told = [], []

    def wait(stop):
        partial.append("waits")
        wait_until(stop)
        told.append(stop.reason)

    def fail(stop):
        partial.append("fails")
        raise OutputError("the disk is full")

    with pytest.raises(OutputError, match="the disk is full"):
        run_tasks([wait, fail, wait], 2)
    assert sorted(partial) == ["fails", "waits"]
    assert told == ["stopped since another run could not go on"]


@pytest.mark.parametrize("jobs", [0, -1, 1001])
def test_a_number_of_runs_at_a_time_that_cannot_be_is_refused(jobs):
    """In a sentence with what is valid."""
    with pytest.raises(UsageError, match=re.escape(f"jobs must be from 1 to 1000 (it is {jobs})")):
        make_plan(Request(("numpy",), ("linear",), jobs=jobs))
