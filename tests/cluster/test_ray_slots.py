"""What holds cores on the nodes of a Ray cluster, while jobs come and go."""

import pytest

pytest.importorskip("ray")

from process_job import ProcessJob
from ray_nodes import RayNodes, import_paths

from mnist_compare.cluster.engine import RayEngine
from mnist_compare.cluster.slots import Slots
from mnist_compare.runner.engine import Setting, run_job
from mnist_compare.runner.tasks import run_tasks


def test_what_holds_cores_on_a_node_is_started_once_however_short_jobs_are(tmp_path, monkeypatch):
    """Six jobs at a time need six of them, which take longer to start than a job takes, and none is started in vain."""
    started = []
    new = Slots._new
    monkeypatch.setattr(Slots, "_new", lambda slots, *needs: started.append(needs) or new(slots, *needs))
    processes = []
    with RayNodes() as nodes:
        nodes.start(6, PYTHONPATH=import_paths())
        with RayEngine(nodes.address, inner="inline") as engine:

            def task(stop):
                processes.append(run_job(engine, ProcessJob("numpy", 0.05), Setting(1, tmp_path / "log.txt")).process)

            run_tasks([task] * 300, 6)
    assert len(processes) == 300
    assert len(set(processes)) > 1
    assert len(started) == 6


def test_a_node_that_joins_takes_jobs_that_already_wait(tmp_path):
    """Those that wait for a place on the first node, which has one, are also done on the second once it is there."""
    processes = []
    with RayNodes() as nodes:
        nodes.start(1, PYTHONPATH=import_paths())
        with RayEngine(nodes.address, inner="inline") as engine:

            def task(stop):
                if len(processes) == 1 and len(nodes.nodes) == 1:
                    nodes.start(1, PYTHONPATH=import_paths())
                processes.append(run_job(engine, ProcessJob("numpy", 0.2), Setting(1, tmp_path / "log.txt")).process)

            run_tasks([task] * 80, 10)
    assert len(processes) == 80
    assert len(set(processes)) == 2
