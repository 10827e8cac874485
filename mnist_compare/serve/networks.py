"""The networks that a server asks: those of a comparison, each with its checkpoints and its worker."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mnist_compare.backend import relay_members
from mnist_compare.errors import MnistCompareError, UsageError
from mnist_compare.experiment.loop import checkpoint_files
from mnist_compare.host.environment import physical_cores
from mnist_compare.interpreters.check import find_interpreter
from mnist_compare.records.names import processes_name, setting_names, tuning_name
from mnist_compare.records.record import Record
from mnist_compare.runner.engine import Engine, Setting
from mnist_compare.runner.trained_networks import TrainedNetworks
from mnist_compare.serve.network_worker import NetworkWorker
from mnist_compare.serve.serve_job import ServeJob

MOST_NETWORKS = 12
"""So many workers are started: each holds a framework in memory."""
WHOLE_EPOCH = re.compile(r"epoch-(\d+)\.safetensors")


@dataclass(frozen=True)
class ServedNetwork:
    """A network by its number on the page: the record of its run, checkpoints by the epoch, and the worker that
    answers for it.
    """

    number: int
    label: str
    record: Record
    checkpoints: dict[int, str]
    worker: NetworkWorker

    @property
    def last_epoch(self) -> int:
        """That of the trained network."""
        return max(self.checkpoints)

    @property
    def accuracies(self) -> dict[int, float]:
        """Of the test images, after each epoch that can be asked for, where it is known."""
        history = self.record.history
        known = {result.epoch: result.test_accuracy for result in history if result.test_accuracy is not None}
        if not known and self.record.test_accuracy is not None:
            known[self.last_epoch] = self.record.test_accuracy
        return {epoch: known[epoch] for epoch in sorted(self.checkpoints) if epoch in known}


def serve_networks(networks: TrainedNetworks, engine: Engine, logs: Path) -> tuple[list[ServedNetwork], list[Record]]:
    """The networks, whose workers are still to be started, and the records of those beyond the most that are served.
    Raises UsageError where no checkpoint is left of any.

    What a worker prints goes to a file in the folder `logs`.
    """
    found = [(record, checkpoints) for record in networks.records if (checkpoints := _checkpoints(networks, record))]
    if not found:
        raise UsageError(
            f"{networks.folder} has no checkpoint any more: {networks.records[0].weights} is gone, and so are those of "
            "its other runs. Train again, or give another folder to --run."
        )
    chosen = found[:MOST_NETWORKS]
    threads = max(1, physical_cores() // len(chosen))
    labels = _labels([record for record, _ in chosen])
    served = [
        ServedNetwork(number, label, record, checkpoints, _worker(networks, record, checkpoints, engine, logs, threads))
        for number, (label, (record, checkpoints)) in enumerate(zip(labels, chosen, strict=True))
    ]
    if all(one.worker.reason for one in served):
        raise UsageError(f"No network of {networks.folder} can be asked: {served[0].worker.reason}")
    return served, [record for record, _ in found[MOST_NETWORKS:]]


def _worker(
    networks: TrainedNetworks, record: Record, checkpoints: dict[int, str], engine: Engine, logs: Path, threads: int
) -> NetworkWorker:
    backend = relay_members(record.backend)[-1]
    channels, height, width = record.spec.data.image_shape

    def job(port: int, secret: str) -> ServeJob:
        return ServeJob(
            backend,
            checkpoints,
            channels * height * width,
            port,
            secret,
            device=networks.device,
            tuning=record.spec.tuning,
        )

    setting, reason = Setting(threads, logs / f"{record.key}.txt"), ""
    try:
        setting = Setting(threads, setting.log, find_interpreter(backend, networks.python).path)
    except MnistCompareError as error:
        reason = str(error)
    worker = NetworkWorker(engine, job, setting)
    if reason:
        worker.fail(reason)
    return worker


def _checkpoints(networks: TrainedNetworks, record: Record) -> dict[int, str]:
    """The files of a run by the epoch after which they were written; none where that of its end is gone."""
    last = networks.folder.absolute() / (record.weights or "")
    if not last.is_file():
        return {}
    found = {int(match[1]): str(path) for path in checkpoint_files(last.parent) if (match := _whole(path))}
    end = record.best_epoch or record.epochs
    return {epoch: path for epoch, path in found.items() if epoch < end} | {end: str(last)}


def _whole(path: Path) -> "re.Match[str] | None":
    return WHOLE_EPOCH.fullmatch(path.name)


def _labels(records: Sequence[Record]) -> list[str]:
    """What each is called: its backend, and what not all of them have alike."""
    columns: list[list[str]] = [
        [record.architecture for record in records],
        setting_names(records),
        ["" if record.mode == "matched" else str(record.mode) for record in records],
        list(map(tuning_name, records)),
        list(map(processes_name, records)),
        [f"seed {record.seed}" for record in records],
        [str(record.precision) for record in records],
    ]
    differing = [column for column in columns if len(set(column)) > 1]
    return [
        " ".join([record.backend, *(column[i] for column in differing if column[i])])
        for i, record in enumerate(records)
    ]
