"""Seconds of training until a share of the test images is recognised, evaluated after every epoch.

Seconds are those of the program's own records: all steps, the first one too, without evaluation.
"""

import math
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.job import Job
from benchmarks.measurement import Measurement, of_ratios, without_ratio
from benchmarks.pairs import spread
from benchmarks.size import Size, frameworks
from mnist_compare import compare
from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.document.words import plural
from mnist_compare.records.measures import seconds_until
from mnist_compare.records.record import Record

NAME = "time_to_accuracy"
MEANING = "seconds of training until that share of the test images is recognised / the fastest framework's median"
SHARES = (0.97, 0.98, 0.99)
SPEEDRUN = "speedrun"


def jobs(size: Size) -> list[Job]:
    """A job per network, in which all frameworks take turns."""
    networks = [*size.accuracy_epochs, *([SPEEDRUN] if SPEEDRUN in ARCHITECTURES else [])]
    return [Job(NAME, "all", architecture, partial(measure, size, architecture)) for architecture in networks]


def measure(size: Size, architecture: str) -> list[Measurement]:
    """A measurement per framework and share."""
    records = train(size, frameworks(), architecture)
    names = dict.fromkeys(record.backend for record in records)
    return [measured(share, name, architecture, records) for share in SHARES for name in names]


def train(size: Size, backends: list[str], architecture: str) -> list[Record]:
    """Runs with the documented recipe, but for the number of epochs (of a speedrun, for nothing), and several seeds."""
    with TemporaryDirectory() as folder:
        return compare(
            backends,
            [architecture],
            output=Path(folder) / "comparison",
            epochs=size.accuracy_epochs.get(architecture, "documented"),
            seeds=range(size.seeds),
            train_size=size.accuracy_images,
            retime=False,
        ).records


def measured(share: float, backend: str, architecture: str, records: list[Record]) -> Measurement:
    """The seconds of one framework, against the median of the fastest; infinite where it has not come so far."""
    seconds = {
        name: [seconds_until(share, record) for record in records if record.backend == name]
        for name in dict.fromkeys(record.backend for record in records)
    }
    mine, epochs = seconds[backend], max(record.epochs for record in records)
    others = [record.other_cores or 0.0 for record in records if record.backend == backend]
    told = {
        "setting": f"{share:.0%}, within {plural(epochs, 'epoch')}",
        "values": {"seconds": [None if math.isinf(value) else value for value in mine]},
        "other_cores": max(others),
    }
    if math.isinf(spread(mine).median):
        return without_ratio(NAME, backend, architecture, MEANING, "", **told)
    best = min(spread(values).median for values in seconds.values())
    return of_ratios(NAME, backend, architecture, MEANING, [value / best for value in mine], **told)
