"""Runs in MLflow's local file store, by its own client: an experiment for each network, a run for each record."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from mnist_compare.errors import OutputError
from mnist_compare.experiment.checkpoint import MAX_CHECKPOINT_BYTES, file_sha256
from mnist_compare.export.run import ExportedRun
from mnist_compare.io.files import make_folder
from mnist_compare.io.reading import file_size
from mnist_compare.records.folder import PAGE_FILE
from mnist_compare.records.record import Record, Status

PACKAGE = "mlflow-skinny"
ENVIRONMENT = {
    "MLFLOW_ALLOW_FILE_STORE": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""MLflow keeps the file store as it is, and takes it on request alone; nothing is to leave the machine."""
STATUSES = {Status.DONE: "FINISHED", Status.INTERRUPTED: "KILLED", Status.PRUNED: "KILLED"}
MOST_LETTERS = 5000
MOST_NAME = 200
BATCH = 900
"""Metrics at a time: MLflow takes 1,000."""


def total_name(name: str) -> str:
    """The metric of a number of the whole run: those of each epoch have its plain name."""
    return f"run_{name}"


def write_mlflow(folder: Path, runs: Sequence[ExportedRun], comparison: Path) -> None:
    """The store. Each run has the comparison's report and its own checkpoint as artifacts, where they are there."""
    with _environment():
        from mlflow.exceptions import MlflowException
        from mlflow.tracking import MlflowClient

        try:
            client = MlflowClient(tracking_uri=folder.absolute().as_uri())
            experiments: dict[str, str] = {}
            for run in runs:
                if run.network not in experiments:
                    experiments[run.network] = client.create_experiment(run.network)
                _write(client, experiments[run.network], run, comparison)
        except MlflowException as error:
            raise OutputError(f"MLflow cannot write to {folder}: {error.message}") from None


@contextmanager
def _environment() -> Iterator[None]:
    """MLflow's settings for the time of an export; the user's own are as they were afterwards."""
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    os.environ.update(ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _write(client: Any, experiment: str, run: ExportedRun, comparison: Path) -> None:
    from mlflow.entities import Param

    tags = {_name(name): text[:MOST_LETTERS] for name, text in run.tags.items()}
    made = run.record.provenance
    if made and made.revision:
        tags["mlflow.source.git.commit"] = made.revision[:MOST_LETTERS]
    created = client.create_run(experiment, _milliseconds(run.begin), tags, run.name)
    identity = created.info.run_id
    client.log_batch(identity, params=[Param(name, str(value)) for name, value in run.settings.items()])
    metrics = _metrics(run)
    for start in range(0, len(metrics), BATCH):
        client.log_batch(identity, metrics=metrics[start : start + BATCH])
    _attach(_artifacts(created), run.record, comparison)
    status = STATUSES.get(run.record.status, "FAILED")
    client.set_terminated(identity, status, _milliseconds(run.end))


def _metrics(run: ExportedRun) -> list[Any]:
    from mlflow.entities import Metric

    found = [
        Metric(name, value, _milliseconds(epoch.moment), epoch.number)
        for epoch in run.epochs
        for name, value in epoch.values.items()
    ]
    last, end = len(run.epochs), _milliseconds(run.end)
    return [*found, *(Metric(total_name(name), value, end, last) for name, value in run.totals.items())]


def _artifacts(created: Any) -> Path:
    from mlflow.utils.file_utils import local_file_uri_to_path

    return Path(local_file_uri_to_path(created.info.artifact_uri))


def _attach(artifacts: Path, record: Record, comparison: Path) -> None:
    make_folder(artifacts)
    found = [comparison / PAGE_FILE, *_checkpoint(record, comparison)]
    for path in found:
        if path.is_file():
            _link(path, artifacts / path.name)


def _checkpoint(record: Record, comparison: Path) -> list[Path]:
    """The file of the record's weights where it lies in the comparison's folder and is the very one."""
    if record.weights is None:
        return []
    path = comparison / record.weights
    with suppress(OSError, ValueError):
        if path.resolve().is_relative_to(comparison.resolve()):
            file_size(path, MAX_CHECKPOINT_BYTES)
            return [path] if file_sha256(path) == record.weights_sha256 else []
    return []


def _link(source: Path, target: Path) -> None:
    """The same file under another name, which takes no room; a copy where that cannot be. Neither is written again by
    this program: it puts new files in the place of old ones.
    """
    try:
        target.hardlink_to(source.resolve())
    except OSError:
        shutil.copyfile(source, target)


def _name(text: str) -> str:
    """The text as a name of a tag: letters, digits, -, _ and dots."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "_" for letter in text)[
        :MOST_NAME
    ]


def _milliseconds(moment: float) -> int:
    return max(0, round(1000 * moment))
