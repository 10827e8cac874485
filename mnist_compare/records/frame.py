"""The runs as a data frame, for analyses of one's own: one row per run, from which `results.csv` is written, or one row
per run and epoch.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from mnist_compare.errors import unknown
from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.records.measures import MEASURES
from mnist_compare.records.record import Record, current


def _framework_version(record: Record) -> str | None:
    """The version of the package with the name of the backend, or beginning with it (paddlepaddle-gpu)."""
    named = sorted((len(name), name) for name in record.versions if name.startswith(record.backend))
    return record.versions[named[0][1]] if named else None


COLUMNS: dict[str, Callable[[Record], Any]] = {
    "backend": lambda r: r.backend,
    "architecture": lambda r: r.architecture,
    "recipe": lambda r: r.recipe,
    "seed": lambda r: r.seed,
    "mode": lambda r: r.mode,
    "tuning": lambda r: r.spec.tuning,
    "precision": lambda r: r.precision,
    "device": lambda r: r.used_device,
    "status": lambda r: r.status.value,
    "reason": lambda r: r.reason,
    "epochs": lambda r: r.epochs,
    "best_epoch": lambda r: r.best_epoch,
    "parameters": lambda r: r.parameters,
    "test_accuracy": lambda r: r.test_accuracy,
    "test_loss": lambda r: r.test_loss,
    "train_accuracy": lambda r: r.train_accuracy,
    "train_loss": lambda r: r.train_loss,
    "validation_accuracy": MEASURES["validation_accuracy"],
    "validation_loss": MEASURES["validation_loss"],
    "train_seconds": MEASURES["train_seconds"],
    "total_seconds": MEASURES["total_seconds"],
    "images_per_second": MEASURES["images_per_second"],
    "first_step_seconds": lambda r: r.counted_times.first_step,
    "evaluation_seconds": lambda r: r.counted_times.evaluation,
    "import_seconds": lambda r: r.counted_times.imports,
    "build_seconds": lambda r: r.counted_times.build,
    "checkpoint_seconds": lambda r: r.counted_times.checkpoint,
    "peak_memory_bytes": lambda r: r.peak_memory_bytes,
    "device_memory_bytes": lambda r: r.device_memory_bytes,
    "threads": lambda r: r.used_threads,
    "processes": lambda r: r.spec.processes,
    "communication_seconds": lambda r: r.counted_times.communication,
    "jobs": lambda r: r.jobs,
    "timings": lambda r: len(r.timings),
    "other_cores": lambda r: max((t.other_cores for t in r.counted if t.other_cores is not None), default=None),
    "disturbed": lambda r: r.is_disturbed,
    "train_size": lambda r: r.spec.data.train_size,
    "test_size": lambda r: r.spec.data.test_size,
    "judged_on": lambda r: r.spec.data.judged_on,
    "validation_size": lambda r: r.spec.data.validation_size,
    "batch_size": lambda r: r.spec.recipe.batch_size,
    "optimizer": lambda r: str(r.spec.recipe.optimizer.__struct_config__.tag),
    "learning_rate": lambda r: r.spec.recipe.optimizer.learning_rate,
    "weights": lambda r: r.weights,
    "weights_sha256": lambda r: r.weights_sha256,
    "framework_version": _framework_version,
    "started": lambda r: r.started,
    "finished": lambda r: r.finished,
    "resumed": lambda r: r.resumed,
    "cpu": lambda r: r.machine.get("cpu"),
    "revision": lambda r: r.provenance.revision if r.provenance else None,
    "load_before": lambda r: r.provenance.load_before if r.provenance else None,
    "schedule": lambda r: str(r.spec.recipe.schedule.__struct_config__.tag),
    "key": lambda r: r.key,
}
"""Column -> what it holds of a run. Seconds are of the whole run, and the medians where it was timed several times;
loss and accuracy are those after the last epoch, or after the best one."""

_INTEGERS = ("seed", "epochs", "best_epoch", "parameters", "peak_memory_bytes", "device_memory_bytes", "threads")


RUN = ("backend", "architecture", "mode", "tuning", "processes", "precision", "seed", "key")
"""The columns that say which run an epoch is of; the key alone tells runs by several recipes apart."""
EPOCH = tuple(name for name in EpochResult.__struct_fields__ if name != "step_losses")


def wide_frame(records: Sequence[Record]) -> pd.DataFrame:
    """One row per run, in the order of the records, with the columns of COLUMNS; what a run lacks is missing.

    Records that a later --force has replaced are left out.
    """
    counted = current(records)
    frame = pd.DataFrame({name: [read(record) for record in counted] for name, read in COLUMNS.items()})
    # Pandas would make floats of integers of which one is missing.
    return frame.astype(dict.fromkeys(_INTEGERS, "Int64"))


def long_frame(records: Sequence[Record]) -> pd.DataFrame:
    """One row per run and epoch, in the order of the records: the columns of RUN, then the fields of EpochResult
    without the losses of the steps. A run that has trained no epoch has no row; replaced records are left out.
    """
    epochs = [(record, epoch) for record in current(records) for epoch in record.history]
    columns = {name: [COLUMNS[name](record) for record, _ in epochs] for name in RUN}
    columns |= {name: [getattr(epoch, name) for _, epoch in epochs] for name in EPOCH}
    measures = dict.fromkeys(EPOCH, "float64") | {"epoch": "int64", "loss_every": "int64"}
    return pd.DataFrame(columns).astype({"seed": "int64"} | measures)


LAYOUTS: dict[str, Callable[[Sequence[Record]], pd.DataFrame]] = {"wide": wide_frame, "long": long_frame}


def to_frame(records: Sequence[Record], layout: str = "wide") -> pd.DataFrame:
    """The runs in a layout of LAYOUTS: a row per run, or a row per run and epoch. Raises UsageError for another one."""
    if layout not in list(LAYOUTS):
        raise unknown("layout", str(layout), LAYOUTS)
    return LAYOUTS[layout](records)


def to_parquet(frame: pd.DataFrame) -> bytes | None:
    """The wide frame as a Parquet file; None where pyarrow is not installed."""
    # Columns of several types, or of integers that no file has room for, become text.
    mixed = {name: column for name, column in frame.items() if column.dtype == object and column.notna().any()}
    texts = {str(name): column.map(str, na_action="ignore") for name, column in mixed.items()}
    try:
        return frame.assign(**texts).to_parquet(index=False, engine="pyarrow")
    except ImportError:
        return None
