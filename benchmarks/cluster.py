"""What a Ray cluster costs: `python -m benchmarks.cluster` starts one on this machine, and prints three measurements.

Runs of `linear` with one batch on the reference backend, by the local engine and by Ray, so many at a time; and jobs
that train nothing, which are placed without a process of their own, so that the driver and Ray are all that is seen.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import psutil

from benchmarks.no_operation import NoOperationJob, Over
from mnist_compare import compare
from mnist_compare.cluster.connection import import_ray
from mnist_compare.cluster.engine import RayEngine
from mnist_compare.host.environment import physical_cores
from mnist_compare.runner.engine import Setting, run_job
from mnist_compare.runner.tasks import Stop, run_tasks

COUNTS = (20, 200)
EVENTS = 20
ONE_BATCH: dict[str, Any] = {
    "batch_size": 100,
    "train_size": 100,
    "test_size": 100,
    "epochs": 1,
    "threads": 1,
    "latency": False,
}


@click.command()
@click.option("--jobs", default=physical_cores(), show_default=True, help="Runs at a time.")
@click.option(
    "--no-operations", "operations", default=2000, show_default=True, help="How many jobs that train nothing."
)
@click.option("--seconds", default=0.0, show_default=True, help="That such a job waits before each of its events.")
@click.option("--runs/--no-runs", default=True, help="Measure trainings.")
@click.option("--cpus", type=int, help="That the cluster hands out. Default: as many as this machine has.")
def main(jobs: int, operations: int, seconds: float, runs: bool, cpus: int | None) -> None:
    """Print the measurements."""
    import_ray().init(num_cpus=cpus, log_to_driver=False, logging_level="ERROR", include_dashboard=False)
    if runs:
        for count in COUNTS:
            local, cluster = (_trained(count, jobs, engine) for engine in ("local", "ray"))
            each = f"{local / count:.3f} s and {cluster / count:.3f} s a run"
            click.echo(f"{count} runs: local {local:.1f} s, ray {cluster:.1f} s, ratio {cluster / local:.2f}; {each}")
    _no_operations(operations, jobs, seconds)


def _trained(count: int, jobs: int, engine: str) -> float:
    """The seconds that so many runs take."""
    with TemporaryDirectory() as place:
        begin = time.perf_counter()
        comparison = compare(
            "numpy",
            "linear",
            **ONE_BATCH,
            seeds=range(count),
            jobs=jobs,
            engine=engine,
            output=Path(place) / "out",
            report=False,
            progress=False,
            retime=False,
        )
        seconds = time.perf_counter() - begin
    assert {record.status for record in comparison.records} == {"done"}
    return seconds


def _no_operations(count: int, jobs: int, seconds: float) -> None:
    """How many events a second reach the driver, what memory it takes, and how busy the cluster's slots were."""
    process = psutil.Process()
    before = process.memory_info().rss
    with TemporaryDirectory() as place, RayEngine(inner="inline") as engine:
        tasks: list[Callable[[Stop], None]] = [
            partial(_no_operation, engine, Path(place) / f"{number % jobs}.txt", seconds) for number in range(count)
        ]
        begin = time.perf_counter()
        run_tasks(tasks, jobs)
        spent = time.perf_counter() - begin
        after = process.memory_info().rss
    events = count * (EVENTS + 2)
    told = f"{count} jobs without an operation, {jobs} at a time: {spent:.1f} s, {count / spent:.0f} jobs/s"
    busy = count * EVENTS * seconds / jobs / spent
    click.echo(f"{told}, {events / spent:.0f} events/s, slots {busy:.0%} in use")
    click.echo(f"memory of the driver: {before / 2**20:.0f} MiB before, {after / 2**20:.0f} MiB after")


def _no_operation(engine: RayEngine, log: Path, seconds: float, stop: Stop) -> None:
    found = run_job(engine, NoOperationJob("numpy", EVENTS, seconds), Setting(1, log), stop=stop)
    assert isinstance(found, Over), found


if __name__ == "__main__":
    main()
