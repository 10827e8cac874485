"""Stopping a comparison: nothing stays behind, what is finished is kept, and the same command goes on."""

import json
import signal
import time

import psutil
import pytest
from third_party import add_backend, run_cli, start_cli

ASKED = (
    *("run", "--backends", "numpy,waiting", "--architectures", "linear", "--train-size", "200", "--test-size", "100"),
    *("--epochs", "2", "--threads", "1", "--output", "out"),
)
WAIT = "__import__('time').sleep(300 if self.epoch and not os.path.exists('go') else 0)"


@pytest.fixture
def waiting(tmp_path):
    """A comparison whose second run waits in its second epoch until there is a file `go`: its process and worker."""
    add_backend(tmp_path / "installed", "waiting", WAIT)
    process = start_cli(*ASKED, cwd=tmp_path, installed=tmp_path / "installed")
    for line in process.stderr:
        if "waiting linear seed 0: epoch 1/2" in line:
            break
    workers = psutil.Process(process.pid).children(recursive=True)
    assert len(workers) == 1
    yield process, workers
    process.kill()
    process.communicate()
    for worker in workers:
        if worker.is_running():
            worker.kill()


def statuses(folder):
    records = map(json.loads, (folder / "results.jsonl").read_text().splitlines())
    return [(record["backend"], record["status"]) for record in records]


def test_ctrl_c_ends_the_worker_and_keeps_what_is_finished(waiting, tmp_path):
    """SIGINT ends the program with 130 and its worker with it; the run is interrupted, the report is written."""
    process, (worker,) = waiting
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - begin < 15
    assert process.returncode == 130
    assert not worker.is_running()
    assert "Traceback" not in out + err
    assert "out; the same command goes on from there" in err
    assert statuses(tmp_path / "out") == [("numpy", "done"), ("waiting", "interrupted")]
    assert "interrupted" in (tmp_path / "out" / "report.md").read_text()
    assert not (tmp_path / "out" / ".shared").exists()

    (tmp_path / "go").touch()
    code, _, err = run_cli(*ASKED, cwd=tmp_path, installed=tmp_path / "installed")
    assert code == 0, err
    assert err.count("already done") == 1
    assert statuses(tmp_path / "out")[2:] == [("waiting", "done")]
    assert "Runs that did not finish" not in (tmp_path / "out" / "report.md").read_text()


def test_sigterm_leaves_no_worker_behind(waiting):
    """A program that is asked to end, by a job scheduler for instance, takes its worker along."""
    process, (worker,) = waiting
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    psutil.wait_procs([worker], timeout=5)
    assert not worker.is_running()
