"""Two comparisons of synthetic records, trained one after the other or in turn."""

from datetime import UTC, datetime, timedelta

import numpy as np
from msgspec.structs import replace
from synthetic_records import make_record

from mnist_compare.experiment.predictions import pack
from mnist_compare.report.changes import find_changes

LABELS = np.random.default_rng(0).integers(0, 10, 10_000)
ALONE = {"machine": {"cores": 2, "usable_cores": 2}, "used_threads": 2, "other_cores": 0.0}


def run(backend="torch", seed=0, wrong=(), seconds=2.0, **changes):
    """A run that takes the images of these numbers for the next class, on a quiet machine."""
    predicted = LABELS.copy()
    predicted[list(wrong)] = (predicted[list(wrong)] + 1) % 10
    right = int((predicted == LABELS).sum())
    record = make_record(backend, seed=seed, seconds=seconds, test_size=len(LABELS), **ALONE | changes)
    digest = f"{hash(tuple(wrong)):x}"
    test = replace(record.test, predictions=pack(predicted, LABELS, None), predictions_sha256=digest)
    test = replace(test, right=right, count=len(LABELS), accuracy=right / len(LABELS))
    return replace(record, test=test, test_accuracy=right / len(LABELS))


BEGIN = datetime(2025, 1, 1, tzinfo=UTC)


def at(record, minute):
    """The same run, trained in that minute of a day."""
    started = BEGIN + timedelta(minutes=minute)
    finished = started + timedelta(seconds=50)
    return replace(record, started=started.isoformat(), finished=finished.isoformat())


def in_turn(old, new):
    """The same two comparisons, trained in turn, each seed of the old one before that of the new one."""
    return [at(run, 2 * run.seed) for run in old], [at(run, 2 * run.seed + 1) for run in new]


def one_after_the_other(old, new):
    """The same two comparisons, the whole old one before the new one."""
    return [at(run, run.seed) for run in old], [at(run, len(old) + run.seed) for run in new]


def one(old, new):
    """The only change of two comparisons."""
    (change,) = find_changes(old, new).changes
    return change
