"""From what a worker has said to the record of its run."""

from datetime import UTC, datetime

from mnist_compare.results import Record
from mnist_compare.runner.machine import describe_machine
from mnist_compare.runner.plan import Run
from mnist_compare.runner.protocol import Ended
from mnist_compare.runner.provenance import gather


def make_record(run: Run, ended: Ended, started: datetime, load_before: float | None) -> Record:
    """The record of a run that has ended; `load_before` is the load average at its start."""
    spec, standing = run.spec, ended.standing
    last = standing.history[-1] if standing.history else None
    tested = standing.test if last or not spec.recipe.epochs else None
    return Record(
        key=run.key,
        backend=spec.backend,
        architecture=spec.architecture.name,
        recipe=spec.recipe.name,
        seed=spec.seed,
        mode=spec.mode,
        precision=spec.recipe.precision,
        status=ended.status,
        reason=ended.reason,
        device=standing.device or spec.device,
        parameters=spec.architecture.parameter_count,
        epochs=len(standing.history),
        test_accuracy=tested.accuracy if tested else None,
        test_loss=tested.loss if tested else None,
        train_accuracy=last.train_accuracy if last else None,
        train_loss=last.train_loss if last else None,
        train_seconds=standing.times.training if last else None,
        images_per_second=standing.images_per_second,
        weights=f"runs/{run.name}/{standing.weights}" if standing.weights else None,
        weights_sha256=standing.weights_sha256,
        spec=spec,
        history=standing.history,
        test=standing.test,
        times=standing.times,
        peak_memory_bytes=standing.peak_memory_bytes or None,
        device_memory_bytes=standing.device_memory_bytes,
        versions=run.versions,
        machine=describe_machine(),
        started=started.isoformat(timespec="seconds"),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        other_cores=standing.other_cores,
        resumed=standing.resumed,
        execution=standing.execution,
        threads=standing.threads,
        jobs=standing.jobs,
        provenance=gather(spec, load_before),
        python=", ".join(dict.fromkeys(interpreter.path for interpreter in run.interpreters.values())),
    )
