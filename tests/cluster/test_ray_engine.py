"""Comparisons on a Ray cluster of two nodes on this machine."""

import socket
import sys

import msgspec
import pytest

pytest.importorskip("ray")

from ray_nodes import RayNodes, below, free_port, import_paths

from mnist_compare import compare
from mnist_compare.errors import BackendError, UsageError
from mnist_compare.runner.batch_job import PredictBatchesJob
from mnist_compare.runner.comparison import run_comparison
from mnist_compare.runner.engine import Setting, WorkerStartError
from mnist_compare.runner.engines import open_engine
from mnist_compare.runner.observer import Observer
from mnist_compare.runner.plan import make_plan
from mnist_compare.runner.reporter import NoReport
from mnist_compare.runner.request import Request
from mnist_compare.runner.training_events import EpochEnded

SMALL = {"train_size": 2000, "test_size": 100, "epochs": 4, "threads": 1}
SECONDS = {"train_seconds": 0.0, "evaluation_seconds": 0.0, "checkpoint_seconds": 0.0}


@pytest.fixture(scope="module")
def nodes():
    """A cluster of two nodes with a CPU each."""
    with RayNodes() as nodes:
        nodes.start(1, PYTHONPATH=import_paths())
        nodes.start(1, PYTHONPATH=import_paths())
        yield nodes


@pytest.fixture(scope="module")
def engine(nodes):
    """One engine for all comparisons, for it takes seconds to ask the nodes."""
    with open_engine("ray", address=nodes.address) as engine:
        yield engine


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Two runs that nobody disturbs, on this machine: the folder, and the records."""
    place = tmp_path_factory.mktemp("whole") / "out"
    return place, compare("numpy", "linear,mlp", **SMALL, report=False, output=place).records


def on(engine, folder, observer=None, **changes):
    """The records of the comparison on a cluster."""
    plan = make_plan(Request(("numpy",), ("linear", "mlp"), **SMALL | changes), engine)
    return run_comparison(plan, folder, engine, NoReport, observer, retime=False)


def outcomes(folder, records):
    """The bits of each run: weights with their optimizer, history without its seconds, and predictions."""
    found = {}
    for record in records:
        history = [msgspec.structs.replace(result, **SECONDS) for result in record.history]
        found[record.key] = ((folder / record.weights).read_bytes(), history, record.test)
    return found


def files(folder):
    """The names of all that the runs have left."""
    return sorted(str(path.relative_to(folder)) for path in folder.glob("runs/*/*"))


class Killing(Observer):
    """Kills the workers of the nodes, once, as soon as an epoch is done, and hears why runs are placed again."""

    def __init__(self, nodes):
        self.nodes, self.killed, self.reasons = nodes, False, []

    def run_event(self, run, event):
        if isinstance(event, EpochEnded) and not self.killed:
            self.killed = True
            for process in below(self.nodes.nodes, "worker.main"):
                process.kill()

    def run_placed_again(self, run, reason, number):
        self.reasons.append(reason)


def test_runs_that_lose_their_workers_end_as_on_this_machine(nodes, engine, whole, tmp_path):
    """Every run has the same key, weights, losses and predictions as here, though its worker was killed in the middle;
    its record names the node, and its files are here.
    """
    observer = Killing(nodes)
    records = on(engine, tmp_path / "out", observer, jobs=2)
    assert outcomes(tmp_path / "out", records) == outcomes(*whole)
    assert files(tmp_path / "out") == files(whole[0])
    assert observer.reasons
    assert all("SIGKILL" in reason for reason in observer.reasons)
    assert sum(record.resumed for record in records) == len(observer.reasons)
    assert all(socket.gethostname() in node for record in records for node in record.provenance.nodes)
    assert all(record.provenance.nodes for record in records)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"threads": 3}, "No node of the Ray cluster has 3 CPUs for a run"),
        ({"device": "gpu"}, "No node of the Ray cluster has a GPU"),
        ({"device": "gpu:1"}, "On a cluster give gpu"),
        ({"python": {"numpy": sys.executable}}, "With --engine ray each node names its own"),
    ],
)
def test_what_no_node_can_do_is_refused_before_anything_is_placed(engine, changes, told, tmp_path):
    """In a sentence that says what the nodes have."""
    with pytest.raises(UsageError) as caught:
        on(engine, tmp_path / "out", **changes)
    assert told in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_job_that_needs_this_machine_is_no_job_for_a_cluster(engine, tmp_path):
    """Batches that come one by one into a folder here are not seen there, which the error says."""
    with pytest.raises(WorkerStartError, match="--engine local"):
        engine.submit(PredictBatchesJob("numpy", "x", str(tmp_path), "auto"), Setting(1, tmp_path / "log.txt"))


def test_an_address_where_no_cluster_is_is_told_within_seconds(monkeypatch):
    """Nobody listens there, or somebody who is no cluster, or it is no address."""
    monkeypatch.setattr("mnist_compare.cluster.connection.SECONDS", 0.5)
    with pytest.raises(UsageError, match=r"No Ray cluster answers at 127\.0\.0\.1:"):
        open_engine("ray", address=f"127.0.0.1:{free_port()}").close()
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(UsageError, match="what listens there is no Ray cluster"):
            open_engine("ray", address=address).close()
    with pytest.raises(UsageError, match="--address takes HOST:PORT"):
        open_engine("ray", address="somewhere").close()


def test_an_option_of_the_cluster_is_refused_by_other_engines():
    """An address, or --exclusive, means nothing to runs on this machine."""
    with pytest.raises(UsageError, match="Engine 'local' does not take --exclusive"):
        open_engine("local", exclusive=True)


def test_ray_that_is_not_installed_is_named_with_what_installs_it(monkeypatch):
    """The error has the command."""
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(BackendError, match=r"pip install 'mnist-compare\[cluster\]'"):
        open_engine("ray")
