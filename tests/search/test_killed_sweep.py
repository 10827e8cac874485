"""A sweep that is killed goes on with the same command: each run is there once. And what a pace is made of."""

import signal
import subprocess
import sys
import time

import pytest
from msgspec.structs import replace

from mnist_compare.records.record import Status
from mnist_compare.records.results import RESULTS_FILE, read_all_records, read_records
from mnist_compare.search.pace import pace_of, run_seconds

GRID = """
backends = ["numpy"]
architectures = ["mlp"]
epochs = 2
threads = 1
train_size = 600
test_size = 100
[grid]
learning_rate = [0.001, 0.01, 0.1]
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """The folder of a sweep that was killed after its first record, and then done."""
    place = tmp_path_factory.mktemp("killed")
    (place / "grid.toml").write_text(GRID)
    command = [sys.executable, "-m", "mnist_compare", "sweep", "grid.toml", "--output", "out", "--no-report", "--quiet"]
    process = subprocess.Popen(command, cwd=place)
    results, end = place / "out" / RESULTS_FILE, time.monotonic() + 60
    while not results.exists() and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    subprocess.run(command, cwd=place, check=True, timeout=120, stdout=subprocess.DEVNULL)
    return place / "out"


def test_each_run_is_there_once(killed):
    """No run is lost, and none is trained twice; what is chosen is trained once, on all training images."""
    trials, chosen = read_all_records(killed), read_records(killed / "chosen")
    assert [run.status for run in trials] == [Status.DONE] * 3
    assert len({run.key for run in trials}) == 3
    (run,) = chosen
    assert (run.status, run.spec.data.train_size, run.spec.data.judged_on) == (Status.DONE, 600, "test")


def test_a_pace_gives_the_time_of_its_own_run(killed):
    """How long a run took is what its pace says of it, but for a step; twice the epochs take longer."""
    for record in read_all_records(killed):
        pace = pace_of(record)
        assert run_seconds(record.spec, [pace]) == pytest.approx(record.counted_times.total + pace.step, rel=0.05)
    longer = record.spec.recipe.changed(epochs=20)
    spec = replace(record.spec, recipe=longer)
    assert run_seconds(spec, [pace]) > record.counted_times.total + 17 * pace.step * 27
