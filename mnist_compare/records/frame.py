"""The runs as a data frame: one row per run, for analyses of one's own. `results.csv` is written from it."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

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
    "jobs": lambda r: r.jobs,
    "timings": lambda r: len(r.timings),
    "other_cores": lambda r: max((t.other_cores for t in r.counted if t.other_cores is not None), default=None),
    "disturbed": lambda r: r.is_disturbed,
    "train_size": lambda r: r.spec.data.train_size,
    "test_size": lambda r: r.spec.data.test_size,
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
}
"""Column -> what it holds of a run. Seconds are of the whole run, and the medians where it was timed several times;
loss and accuracy are those after the last epoch."""

_INTEGERS = ("seed", "epochs", "parameters", "peak_memory_bytes", "device_memory_bytes", "threads")


def to_frame(records: Sequence[Record]) -> pd.DataFrame:
    """One row per run, in the order of the records, with the columns of COLUMNS; what a run lacks is missing.

    Records that a later --force has replaced are left out.
    """
    counted = current(records)
    frame = pd.DataFrame({name: [read(record) for record in counted] for name, read in COLUMNS.items()})
    # Pandas would make floats of integers of which one is missing.
    return frame.astype(dict.fromkeys(_INTEGERS, "Int64"))
