"""Comparisons on a Ray cluster of two nodes on this machine."""

import os
import socket
import sys

import msgspec
import pytest

pytest.importorskip("ray")

from ray_nodes import RayNodes, below, free_port

from mnist_compare import compare
from mnist_compare.errors import BackendError, UsageError
from mnist_compare.records.record import Status
from mnist_compare.runner.engines import open_engine
from mnist_compare.runner.observer import Observer
from mnist_compare.runner.training_events import EpochEnded

SMALL = {"train_size": 300, "test_size": 100, "epochs": 2, "threads": 1, "report": False, "progress": False}
SECONDS = {"train_seconds": 0.0, "evaluation_seconds": 0.0, "checkpoint_seconds": 0.0}


@pytest.fixture(scope="module")
def cluster():
    """Two nodes with a CPU each."""
    with RayNodes() as nodes:
        paths = os.pathsep.join(map(os.path.abspath, filter(None, sys.path)))
        nodes.start(1, PYTHONPATH=paths)
        nodes.start(1, PYTHONPATH=paths)
        yield nodes


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Four runs that nobody disturbs, on this machine."""
    return compare("numpy", "linear,mlp", **SMALL, seeds=range(2), output=tmp_path_factory.mktemp("whole") / "out")


def outcome(folder, record):
    """The bits of a run: weights with their optimizer, history without its seconds, and predictions."""
    history = [msgspec.structs.replace(result, **SECONDS) for result in record.history]
    return (record.key, (folder / record.weights).read_bytes(), history, record.test)


def outcomes(comparison):
    return sorted(outcome(comparison.folder, record) for record in comparison.records)


def on(cluster, *arguments, **options):
    """The comparison on that cluster."""
    return compare(*arguments, **SMALL | options, engine="ray", address=cluster.address)


def files(comparison):
    """The names of all that the runs have left."""
    return sorted(str(path.relative_to(comparison.folder)) for path in comparison.folder.glob("runs/*/*"))


def test_records_are_those_of_this_machine(cluster, whole, tmp_path):
    """Every run has the same key, weights, losses and predictions; its record names the node; its files are here."""
    found = on(cluster, "numpy", "linear,mlp", seeds=range(2), jobs=3, output=tmp_path / "out")
    assert outcomes(found) == outcomes(whole)
    assert {len(record.provenance.nodes) for record in found.records} == {1}
    assert all(socket.gethostname() in record.provenance.nodes[0] for record in found.records)
    names = {
        record.key: sorted(path.name for path in (whole.folder / record.weights).parent.iterdir())
        for record in whole.records
    }
    for record in found.records:
        assert sorted(path.name for path in (found.folder / record.weights).parent.iterdir()) == names[record.key]
    assert not list(found.folder.glob(".shared"))


class Killing(Observer):
    """Kills, once, what of the nodes has a word in its command line, as soon as the first epoch is done."""

    def __init__(self, nodes, word):
        self.nodes, self.word, self.reasons = nodes, word, []

    def run_event(self, run, event):
        if isinstance(event, EpochEnded) and not self.reasons:
            self.reasons.append("")
            for process in below(self.nodes, self.word):
                process.kill()

    def run_placed_again(self, run, reason, number):
        self.reasons.append(reason)


@pytest.mark.parametrize(("word", "reason"), [("worker.main", "SIGKILL"), ("ray::Slot", "lost with its slot on")])
def test_a_run_that_loses_its_worker_is_placed_again(cluster, word, reason, tmp_path):
    """Where the worker, or what Ray has started for it, is killed, the run ends with the bits of an undisturbed one."""
    asked = {"epochs": 8, "architectures": "mlp", "train_size": 2000}
    expected = compare("numpy", **SMALL | asked, output=tmp_path / "whole")
    observer = Killing(cluster.nodes, word)
    found = on(cluster, "numpy", **asked, observer=observer, output=tmp_path / "out")
    assert reason in observer.reasons[1]
    assert outcomes(found) == outcomes(expected)
    assert found.records[0].resumed == 1


def test_an_exclusive_run_has_a_node_to_itself(cluster, tmp_path):
    """Two runs at a time on two nodes are two runs that were alone."""
    found = on(cluster, "numpy", "linear", seeds=range(4), jobs=4, exclusive=True, output=tmp_path / "out")
    assert [record.status for record in found.records] == [Status.DONE] * 4
    assert {record.jobs for record in found.records} == {1}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"threads": 3}, "No node of the Ray cluster has 3 CPUs for a run"),
        ({"device": "gpu"}, "No node of the Ray cluster has a GPU"),
        ({"device": "gpu:1"}, "On a cluster give gpu"),
        ({"python": {"numpy": sys.executable}}, "With --engine ray each node names its own"),
    ],
)
def test_what_no_node_can_do_is_refused_before_anything_is_placed(cluster, options, told, tmp_path):
    """In a sentence that says what the nodes have."""
    with pytest.raises(UsageError) as caught:
        on(cluster, "numpy", "linear", **options, output=tmp_path / "out")
    assert told in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_job_that_needs_this_machine_is_no_job_for_a_cluster(cluster, tmp_path):
    """Batches that come one by one into a folder here are not seen there, which the error says."""
    from mnist_compare.runner.batch_job import PredictBatchesJob
    from mnist_compare.runner.engine import Setting, WorkerStartError

    with open_engine("ray", address=cluster.address) as engine, pytest.raises(WorkerStartError, match="--engine local"):
        engine.submit(PredictBatchesJob("numpy", "x", str(tmp_path), "auto"), Setting(1, tmp_path / "log.txt"))


def test_an_address_where_no_cluster_is_is_told_within_seconds():
    """Nobody listens there, or somebody who is no cluster, or it is no address."""
    with pytest.raises(UsageError, match=r"No Ray cluster answers at 127\.0\.0\.1:"):
        open_engine("ray", address=f"127.0.0.1:{free_port()}")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(UsageError, match="what listens there is no Ray cluster"):
            open_engine("ray", address=address)
    with pytest.raises(UsageError, match="--address takes HOST:PORT"):
        open_engine("ray", address="somewhere")


def test_an_option_of_the_cluster_is_refused_by_other_engines():
    """An address, or --exclusive, means nothing to runs on this machine."""
    with pytest.raises(UsageError, match="Engine 'local' does not take --exclusive"):
        open_engine("local", exclusive=True)


def test_ray_that_is_not_installed_is_named_with_what_installs_it(monkeypatch):
    """The error has the command."""
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(BackendError, match=r"pip install 'mnist-compare\[cluster\]'"):
        open_engine("ray")
