"""From what a worker has said to the record of its run."""

from datetime import UTC, datetime

import msgspec

from mnist_compare.backend import versions_of
from mnist_compare.results import EpochResult, Record, Status, Times
from mnist_compare.runner.libraries import library_versions
from mnist_compare.runner.machine import describe_machine
from mnist_compare.runner.plan import Run
from mnist_compare.runner.protocol import Ended
from mnist_compare.runner.provenance import gather


def unended(status: Status, reason: str) -> Ended:
    """The end of a run that could not say itself how it ended."""
    return Ended(status, reason, Times(), None, None, None, None, 0, None)


def join_ends(ends: list[Ended]) -> Ended:
    """The end of a run that several processes did in turn: the last one's, with times added up."""
    if len(ends) == 1:
        return ends[0]
    phases = Times.__struct_fields__
    times = Times(**{phase: sum(getattr(end.times, phase) for end in ends) for phase in phases})
    trained = sum(end.times.training * (end.images_per_second or 0.0) for end in ends)
    return msgspec.structs.replace(
        ends[-1],
        times=times,
        images_per_second=trained / times.training if times.training else None,
        peak_memory_bytes=max(end.peak_memory_bytes for end in ends),
    )


def make_record(
    run: Run,
    ended: Ended,
    history: list[EpochResult],
    device: str,
    started: datetime,
    load_before: float | None = None,
) -> Record:
    """The record of a run that has ended; `load_before` is the load average at its start."""
    spec, last = run.spec, history[-1] if history else None
    versions = versions_of(spec.backend)
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
        device=device,
        parameters=spec.architecture.parameter_count,
        epochs=len(history),
        test_accuracy=last.test_accuracy if last else None,
        test_loss=last.test_loss if last else None,
        train_accuracy=last.train_accuracy if last else None,
        train_loss=last.train_loss if last else None,
        train_seconds=ended.times.training if last else None,
        images_per_second=ended.images_per_second,
        weights=f"runs/{run.name}/{ended.weights}" if ended.weights else None,
        weights_sha256=ended.weights_sha256,
        spec=spec,
        history=history,
        test=ended.test,
        times=ended.times,
        peak_memory_bytes=ended.peak_memory_bytes or None,
        device_memory_bytes=ended.device_memory_bytes,
        versions=versions | library_versions(),
        machine=describe_machine(),
        started=started.isoformat(timespec="seconds"),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        other_cores=ended.other_cores,
        provenance=gather(spec, load_before),
    )
