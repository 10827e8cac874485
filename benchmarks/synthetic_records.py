"""Many records made from the real ones of the reference report, to see what a report of thousands of runs costs."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count, islice
from pathlib import Path
from random import Random

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.experiment.predictions import Predictions, pack
from mnist_compare.records.provenance import Provenance
from mnist_compare.records.record import Record
from mnist_compare.records.results import read_records
from mnist_compare.runner.provenance import make_provenance
from mnist_compare.worker.environment import gather_environment

REFERENCE = Path(__file__).parents[1] / "reports" / "reference" / "cnn"
SEEDS = 10
LOAD = 2.0  # what a run on two cores leaves in the load average


def synthetic_records(number: int, *, settings: bool = False) -> Iterator[Record]:
    """So many records, of the reference's backends in turn: many seeds of one training, or with `settings` many
    trainings that differ in the learning rate, of ten seeds each.
    """
    return islice(_all(settings), number)


def _provenance(record: Record) -> Provenance:
    here = replace(gather_environment(record.backend), load=LOAD)
    return make_provenance(record.spec, [here], LOAD)


def _all(settings: bool) -> Iterator[Record]:
    real = [replace(r, provenance=r.provenance or _provenance(r)) for r in read_records(REFERENCE)]
    seconds = sum(_seconds(record) for record in real)
    for round_number in count():
        setting, seed = divmod(round_number, SEEDS) if settings else (0, round_number)
        for record in real:
            yield _another(record, setting, seed, timedelta(seconds=round_number * seconds))


def _another(record: Record, setting: int, seed: int, later: timedelta) -> Record:
    """The record with another seed, learning rate and time, and numbers that are a little different."""
    rate = record.spec.recipe.optimizer.learning_rate * (1 + setting)
    recipe = record.spec.recipe.changed(learning_rate=rate)
    random = Random(f"{record.backend} {setting} {seed}")
    change, history = random.uniform(0.9, 1.1), []
    for epoch in record.history:
        history.append(_changed(epoch, change))
    return replace(
        record,
        key=f"{record.key[:40]}-{setting:08d}-{seed:08d}",
        seed=seed,
        spec=replace(record.spec, seed=seed, recipe=recipe),
        history=history,
        test=record.test
        and replace(record.test, predictions=_predictions(record.test.matrix, random.randrange(2**32))),
        test_loss=history[-1].test_loss,
        test_accuracy=history[-1].test_accuracy,
        train_seconds=sum(epoch.train_seconds for epoch in history),
        started=(datetime.fromisoformat(record.started) + later).isoformat(timespec="seconds"),
        finished=(datetime.fromisoformat(record.finished) + later).isoformat(timespec="seconds"),
    )


def _predictions(confusion: NDArray[np.int64], seed: int) -> Predictions:
    """Predictions with this confusion matrix; which images are wrong, and how sure the network is, is drawn."""
    random = np.random.default_rng(seed)
    labels, predicted = (np.repeat(each.ravel(), confusion.ravel()) for each in np.indices(confusion.shape))
    order = random.permutation(len(labels))
    sure = 1 - random.beta(0.3, 6, len(labels))
    return pack(predicted[order], labels[order], sure, len(confusion))


def _changed(epoch: EpochResult, change: float) -> EpochResult:
    return replace(
        epoch,
        test_loss=None if epoch.test_loss is None else epoch.test_loss * change,
        test_accuracy=None if epoch.test_accuracy is None else 1 - (1 - epoch.test_accuracy) * change,
        train_seconds=epoch.train_seconds * change,
        step_losses=[loss * change for loss in epoch.step_losses],
    )


def _seconds(record: Record) -> float:
    return (datetime.fromisoformat(record.finished) - datetime.fromisoformat(record.started)).total_seconds()
