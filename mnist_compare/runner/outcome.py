"""From what a worker has said to the record of its run."""

from collections.abc import Sequence
from datetime import UTC, datetime

from mnist_compare.io.reading import without_home
from mnist_compare.records.record import Record
from mnist_compare.records.run_state import RunState
from mnist_compare.runner.planned_run import PlannedRun
from mnist_compare.runner.provenance import make_provenance
from mnist_compare.runner.training_events import Ended
from mnist_compare.worker.environment import Environment


def make_record(
    run: PlannedRun, ended: Ended, started: datetime, environments: Sequence[Environment], margin: float
) -> Record:
    """The record of a run that has ended; its workers have told their environments, the last one last.

    Nothing is said of a machine of which no worker has told.
    """
    spec, state = run.spec, ended.state
    last = state.history[-1] if state.history else None
    tested = state.test if last or not spec.recipe.epochs else None
    train_loss, train_accuracy = _train_metrics(state)
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
        used_device=state.used_device or spec.device,
        used_threads=state.used_threads or spec.threads,
        parameters=spec.architecture.parameter_count,
        epochs=len(state.history),
        test_accuracy=tested.accuracy if tested else None,
        test_loss=tested.loss if tested else None,
        train_accuracy=train_accuracy,
        train_loss=train_loss,
        train_seconds=state.times.training if last else None,
        images_per_second=state.images_per_second,
        weights=f"runs/{run.name}/{state.weights}" if state.weights else None,
        weights_sha256=state.weights_sha256,
        spec=spec,
        history=state.history,
        test=state.test,
        times=state.times,
        peak_memory_bytes=state.peak_memory_bytes or None,
        device_memory_bytes=state.device_memory_bytes,
        versions=_versions(run, environments),
        machine=environments[-1].machine if environments else {},
        started=started.isoformat(timespec="seconds"),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        other_cores=state.other_cores,
        resumed=state.resumed,
        used_execution=state.used_execution,
        passes=state.passes,
        jobs=state.jobs,
        provenance=make_provenance(spec, environments, ended.load_after),
        python=", ".join(map(without_home, dict.fromkeys(_interpreters(run, environments)))),
        margin=margin,
        latency=state.latency,
        best_epoch=state.best_epoch,
    )


def _train_metrics(state: RunState) -> tuple[float | None, float | None]:
    """Loss and accuracy on all training images where they were looked at, else what the last epoch tells of them."""
    last = state.history[(state.best_epoch or 0) - 1] if state.history else None
    if last is None:
        return None, None
    return (state.train.loss, state.train.accuracy) if state.train else (last.train_loss, last.train_accuracy)


def _versions(run: PlannedRun, environments: Sequence[Environment]) -> dict[str, str]:
    """What its workers have told, for a relay several with commas; of a backend none of which has, what was planned."""
    if len(environments) < len(run.interpreters):
        return run.versions
    found: dict[str, dict[str, None]] = {}
    for environment in environments:
        for package, version in environment.versions.items():
            found.setdefault(package, {})[version] = None
    return {package: ", ".join(versions) for package, versions in found.items()}


def _interpreters(run: PlannedRun, environments: Sequence[Environment]) -> list[str]:
    """Those that its workers have told, or, where none has, those that were planned."""
    told = [environment.python for environment in environments]
    return told or [interpreter.path for interpreter in run.interpreters.values()]
