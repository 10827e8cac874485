"""`--processes`: a network that two processes train together, and what cannot be asked for."""

import numpy as np
import pandas as pd
import pytest
from msgspec.structs import replace
from third_party import run_cli

from mnist_compare import Recipe
from mnist_compare.backend import backends, find_backend
from mnist_compare.errors import MnistCompareError
from mnist_compare.host.environment import physical_cores
from mnist_compare.records.results import read_records
from mnist_compare.runner.plan import make_plan
from mnist_compare.runner.request import Request

ASKED = ("run", "--backends", "torch", "--architectures", "mlp", "--processes", "1,2", "--threads", "2")
SMALL = ("--train-size", "300", "--test-size", "50", "--epochs", "2", "--batch-size", "33", "--precision", "float64")
needs_two_cores = pytest.mark.skipif(physical_cores() < 2, reason="two processes need two cores")


@needs_two_cores
@pytest.mark.skipif(bool(find_backend("torch").missing()), reason="torch is not installed")
def test_two_processes_train_a_network_as_one_does(tmp_path):
    """The command says how batches are shared, the losses are those of one process, and the records tell both apart."""
    code, _, err = run_cli(
        *ASKED, *SMALL, "--no-latency", "--no-retime", "--output", "out", cwd=tmp_path, installed=tmp_path, report=True
    )
    assert code == 0, err
    assert "Processes: A batch of 33 images is shared out among 2 processes, 16 to 17 each." in err
    one, two = read_records(tmp_path / "out")
    losses = [[[*epoch.step_losses, epoch.test_loss] for epoch in record.history] for record in (one, two)]
    assert np.abs(np.array(losses[0]) - np.array(losses[1])).max() <= 1e-12
    assert [record.spec.processes for record in (one, two)] == [1, 2]
    assert "2-processes" in two.weights
    assert "processes" not in one.weights
    assert [record.used_threads for record in (one, two)] == [2, 2]
    assert one.times.communication == 0 < two.times.communication < two.times.training
    table = pd.read_csv(tmp_path / "out" / "results.csv")
    assert table.processes.tolist() == [1, 2]
    assert "mlp, 2 processes" in (tmp_path / "out" / "report.md").read_text()


@pytest.fixture
def parallel_numpy(monkeypatch):
    """The reference, as if it could train in several processes; this machine has two cores."""
    changed = replace(find_backend("numpy"), data_parallel=True)
    monkeypatch.setattr("mnist_compare.runner.parallel.find_backend", lambda name: changed)
    monkeypatch.setattr("mnist_compare.runner.parallel.physical_cores", lambda: 2)


@pytest.mark.usefixtures("parallel_numpy")
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"processes": 0}, "processes must be from 1 to 64"),
        ({"processes": (2, 2)}, "each number once"),
        ({"processes": ()}, "they are none"),
        ({"processes": 3, "threads": 3}, "3 processes need 3 cores, and this machine has 2 physical cores to use"),
        ({"processes": 2, "jobs": 2, "seeds": (0, 1)}, "2 runs at a time of 2 processes each need 4 cores"),
        ({"processes": 2, "threads": 1}, "Give --threads 2"),
        ({"processes": 2, "batch_size": 1, "threads": 2}, "has batches of 1 image, which 2 processes cannot share"),
        ({"processes": 2, "modes": ("native",), "threads": 2}, "matched mode alone"),
        ({"processes": 2, "relay": ("numpy", "numpy"), "backends": (), "threads": 2}, "leave --relay out"),
    ],
)
def test_what_processes_cannot_do_is_refused_before_anything_starts(asked, told, small):
    """The error says what is wrong, and what to take instead."""
    with pytest.raises(MnistCompareError) as caught:
        make_plan(Request(**{"backends": ("numpy",), "architectures": ("mlp",), "dataset": small} | asked))
    assert told in str(caught.value)


@needs_two_cores
def test_a_backend_without_processes_refuses_them(small):
    """The reference trains in one process alone, whatever else is asked for."""
    assert {name for name, backend in backends().items() if not backend.data_parallel} >= {"numpy"}
    with pytest.raises(MnistCompareError, match="Backend 'numpy' trains in one process alone"):
        make_plan(Request(backends=("numpy",), architectures=("mlp",), dataset=small, processes=2, threads=2))


@pytest.mark.usefixtures("parallel_numpy")
def test_a_last_batch_that_is_too_small_is_told_of(small):
    """What those processes do that have no image of it."""
    size = len(small.train_labels)
    recipe = Recipe("few", batch_size=size - 1)
    plan = make_plan(
        Request(backends=("numpy",), architectures=("mlp",), dataset=small, recipe=recipe, processes=2, threads=2)
    )
    assert any("A batch of 1 image is shared out among 2 processes: those without" in told for told in plan.sharing)
