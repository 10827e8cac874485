import os
import subprocess
import sys

import psutil
import pytest

from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.data import write_arrays
from mnist_compare.recipe import RECIPES
from mnist_compare.records.record import Status
from mnist_compare.records.run_state import RunState
from mnist_compare.records.spec import DataSpec, RunSpec
from mnist_compare.runner.engine import Crash, Setting
from mnist_compare.runner.engine import run_job as run_on
from mnist_compare.runner.local_engine import LocalEngine
from mnist_compare.runner.prediction_job import Predicted, PredictJob
from mnist_compare.runner.probe_job import Probed, ProbeJob
from mnist_compare.runner.training_events import Ended, EpochEnded, Progressed, Started
from mnist_compare.runner.training_job import TrainJob
from mnist_compare.worker.events import Failed, Located


def run_job(job, threads, log, *on_event):
    return run_on(LocalEngine(), job, Setting(threads, log), *on_event)


@pytest.fixture
def job(arrays, tmp_path):
    """A job: two epochs of mlp on 300 images in float64."""
    write_arrays(arrays, tmp_path / "arrays")
    recipe = RECIPES["mlp"].changed(epochs=2, precision="float64")
    spec = RunSpec("numpy", ARCHITECTURES["mlp"], recipe, DataSpec("mnist", "", 300, 100))
    (tmp_path / "checkpoints").mkdir()
    return TrainJob(spec, str(tmp_path / "arrays"), str(tmp_path / "checkpoints"), RunState("key"))


def test_a_training_tells_what_happens_in_order(job, tmp_path):
    """A worker says that it has started, how far it is, the result of each epoch, and in the end how it went."""
    events = []
    end = run_job(job, 1, tmp_path / "log.txt", events.append)
    assert isinstance(end, Ended)
    assert (end.status, end.reason) == (Status.DONE, "")
    assert events[-1] == end
    assert isinstance(events[0], Located)
    assert isinstance(events[1], Started)
    assert events[1].device == "cpu"
    kinds = [type(event) for event in events if not isinstance(event, Progressed)]
    assert kinds == [Located, Started, EpochEnded, EpochEnded, Ended]
    places = [(event.progress.epoch, event.progress.step) for event in events if isinstance(event, Progressed)]
    assert places == sorted(places)
    assert {(1, 15), (2, 15)} <= set(places)
    assert end.state.times.imports > 0
    assert end.state.times.start > 0
    assert end.state.peak_memory_bytes > 10_000_000


def test_a_trained_network_predicts_in_another_process(job, small, tmp_path):
    """A worker that loads the checkpoint gives the digits that the training was evaluated with."""
    end = run_job(job, 1, tmp_path / "log.txt")
    assert isinstance(end, Ended)
    images = small.test_images.tolist()
    checkpoint = tmp_path / "checkpoints" / str(end.state.weights)
    answer = run_job(PredictJob("numpy", str(checkpoint), images, "auto"), 1, tmp_path / "log.txt")
    assert isinstance(answer, Predicted)
    right = sum(int(digit) == label for digit, label in zip(answer.digits, small.test_labels.tolist(), strict=True))
    assert right / len(images) == end.state.test.accuracy


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_error_of_the_listener_ends_the_worker(job, tmp_path, number):
    """When the program fails while it listens, its worker does not train on."""
    seen = []

    def listen(event):
        seen.append(event)
        if len(seen) > number:
            raise KeyboardInterrupt

    before = set(psutil.Process().children(recursive=True))
    with pytest.raises(KeyboardInterrupt):
        run_job(job, 1, tmp_path / "log.txt", listen)
    assert set(psutil.Process().children(recursive=True)) <= before


def test_a_stopped_worker_that_hears_no_signal_is_killed(job, tmp_path, monkeypatch):
    """A worker that does not end in its time after Ctrl-C is killed, and Ctrl-C is still what ends the command."""
    monkeypatch.setattr("mnist_compare.runner.engine.STOP_SECONDS", 1.0)
    workers = []

    def stop(event):
        workers.extend(psutil.Process().children(recursive=True))
        for worker in workers:
            worker.suspend()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_job(job, 1, tmp_path / "log.txt", stop)
    assert workers
    assert not psutil.wait_procs(workers, timeout=5)[1]


def test_a_killed_worker_is_named_with_its_signal(job, tmp_path):
    """A worker that the system kills, for its memory for instance, is reported with the signal."""

    def kill(event):
        for child in psutil.Process().children(recursive=True):
            child.kill()

    end = run_job(job, 1, tmp_path / "log.txt", kill)
    assert isinstance(end, Crash)
    assert "SIGKILL" in end.reason


def test_jobs_that_are_no_runs_say_why_they_fail(tmp_path):
    """A prediction without a checkpoint, and a probe of a backend that is not there, end with the reason."""
    missing = run_job(PredictJob("numpy", str(tmp_path / "no.safetensors"), [], "auto"), 1, tmp_path / "log.txt")
    assert isinstance(missing, Failed)
    assert "no.safetensors" in missing.reason
    unknown = run_job(ProbeJob("nunpy"), 1, tmp_path / "log.txt")
    assert isinstance(unknown, Failed)
    assert "Did you mean 'numpy'?" in unknown.reason


def test_a_probe_trains_a_step(tmp_path):
    """The probe of `doctor` says how many GPUs there are and how long it took."""
    answer = run_job(ProbeJob("numpy"), 1, tmp_path / "log.txt")
    assert isinstance(answer, Probed)
    assert answer.gpus == 0
    assert 0 < answer.seconds < 60


def test_a_worker_without_a_job_says_so_in_its_log(tmp_path):
    """A worker that is started by hand, or given something else, fails instead of waiting or doing damage."""
    (lifeline, held), (heard, events) = os.pipe(), os.pipe()
    started = ["numpy", str(lifeline), str(events), "0"]
    for arguments, given, told in (
        ([], b"{}\n", b"started by mnist_compare alone"),
        (started, b"", b"DecodeError"),
        (started, b'{"name": ', b"DecodeError"),
        (started, b"{}\n", b"missing required field `name`"),
        (started, b'{"name": "os:getcwd", "value": {}, "log": "log.txt"}\n', b"os:getcwd is no job"),
    ):
        with subprocess.Popen(
            [sys.executable, "-m", "mnist_compare.worker.main", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            pass_fds=(lifeline, events),
        ) as worker:
            worker.stdin.write(given)
            worker.stdin.flush()
            if not given.endswith(b"\n"):
                worker.stdin.close()
            assert worker.wait(60) != 0
            assert worker.stdout.read() == b""
            errors = worker.stderr.read()
            assert b"Error" in errors
            assert told in errors
    os.close(events)
    assert os.read(heard, 1) == b""
    for end in (lifeline, held, heard):
        os.close(end)
    assert not list(tmp_path.iterdir())
