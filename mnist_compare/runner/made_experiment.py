"""The experiment of a run as a worker makes it: new, or from the checkpoint that an earlier one has left."""

from pathlib import Path

from mnist_compare.errors import UsageError
from mnist_compare.experiment import Experiment
from mnist_compare.experiment.checkpoint import read_checkpoint
from mnist_compare.experiment.shard import WHOLE, Shard
from mnist_compare.records.run_state import RunState
from mnist_compare.records.spec import RunSpec, StartSpec


def make_experiment(
    kind: type[Experiment], spec: RunSpec, state: RunState, checkpoints: Path, shard: Shard = WHOLE
) -> Experiment:
    """The experiment at this state of the run, whose checkpoint is in the folder."""
    if state.weights is not None:
        return kind.load(
            checkpoints / state.weights,
            device=spec.device,
            execution=spec.execution,
            tuning=spec.tuning,
            partial=state.partial,
            shard=shard,
        )
    return kind(
        spec.architecture,
        spec.recipe,
        seed=spec.seed,
        device=spec.device,
        mode=spec.mode,
        execution=spec.execution,
        tuning=spec.tuning,
        start=_start(spec.start),
        shard=shard,
    )


def _start(start: StartSpec | None) -> str | None:
    """The checkpoint to start from; raises UsageError where another one lies there by now."""
    if start is None:
        return None
    if read_checkpoint(Path(start.source))[0].sha256 != start.sha256:
        raise UsageError(f"{start.source} is another file than when the comparison was planned. Start that again.")
    return start.source
