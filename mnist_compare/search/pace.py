"""How fast a backend trains a network, as records tell it, and how long a run takes by that."""

import statistics
from collections.abc import Sequence

import msgspec
import numpy as np

from mnist_compare.experiment.train_metrics import FULL, SAMPLE, SAMPLE_SIZE
from mnist_compare.records.measures import images_per_second
from mnist_compare.records.record import Record
from mnist_compare.records.spec import RunSpec


class Pace(msgspec.Struct, frozen=True):
    """Seconds of a run: `fixed` ones, those of a step with so large a batch, and those of an image in evaluation."""

    batch_size: int
    fixed: float
    step: float
    image: float


def pace_of(record: Record) -> Pace | None:
    """The pace of a run that is done; None where it has no steps that tell one."""
    speed, times, batch_size = images_per_second(record), record.counted_times, record.spec.recipe.batch_size
    if not speed:
        return None
    fixed = times.total - times.training - times.evaluation
    return Pace(
        batch_size, fixed, batch_size / speed, times.evaluation / max(1, _evaluated(record.spec, record.epochs))
    )


def run_seconds(spec: RunSpec, paces: Sequence[Pace]) -> float:
    """How long a run takes, by the paces of its backend and network: between two batch sizes a step takes a time
    between theirs.
    """
    steps = spec.recipe.epochs * spec.recipe.steps_per_epoch(spec.data.train_size)
    known = sorted({pace.batch_size for pace in paces})
    seconds = [statistics.median(pace.step for pace in paces if pace.batch_size == size) for size in known]
    step = float(np.interp(spec.recipe.batch_size, known, seconds))
    fixed, image = statistics.median(pace.fixed for pace in paces), statistics.median(pace.image for pace in paces)
    return fixed + steps * step + image * _evaluated(spec, spec.recipe.epochs)


def _evaluated(spec: RunSpec, epochs: int) -> int:
    """How many images are evaluated in so many epochs."""
    data = spec.data
    trained = {FULL: data.train_size, SAMPLE: min(data.train_size, SAMPLE_SIZE)}.get(spec.train_metrics, 0)
    return epochs * (data.test_size + data.validation_size + trained)
