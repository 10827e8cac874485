"""Trained networks that are asked for one batch of images after another."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from mnist_compare.backend import relay_members
from mnist_compare.data.shared import write_array
from mnist_compare.errors import BackendError
from mnist_compare.host.environment import physical_cores
from mnist_compare.interpreters.check import find_interpreter
from mnist_compare.records.record import Record
from mnist_compare.runner.batch_job import PredictBatchesJob, batch_file
from mnist_compare.runner.engine import Crash, Handle, Listener, Setting, WorkerStartError
from mnist_compare.runner.engines import open_engine
from mnist_compare.runner.prediction_job import Predicted
from mnist_compare.runner.trained_networks import TrainedNetworks

MOST_WORKERS = 12
"""So many workers wait for the next batch: each holds a framework in memory. Those of further networks are started for
every batch.
"""


class _Worker(NamedTuple):
    handle: Handle
    listener: Listener


class AskedNetworks:
    """A context in which each network has a worker, which loads it once, from the first batch to the last.

    Where the first batch is the last, one worker has ended before the next one begins.
    """

    def __init__(self, networks: TrainedNetworks) -> None:
        self._networks = networks
        self._workers: dict[str, _Worker] = {}
        self._count = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(TemporaryDirectory()))
            self._engine = stack.enter_context(open_engine())
            stack.callback(self._end)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def ask(self, images: NDArray[np.uint8], *, last: bool) -> list[Predicted]:
        """What each network says to the images uint8 [N, C, H, W]; `last` says that no others follow.

        They are in a file meanwhile, which all workers read. Raises BackendError with the reason.
        """
        file = batch_file(self._folder, self._count)
        write_array(images, file)
        answers = []
        for i, record in enumerate(self._networks.records):
            answers.append(self._answer(record))
            if last or i >= MOST_WORKERS:
                self._workers.pop(record.key).handle.close()
        file.unlink()
        self._count += 1
        return answers

    def _answer(self, record: Record) -> Predicted:
        try:
            worker = self._workers.get(record.key) or self._start(record)
        except WorkerStartError as error:
            raise BackendError(f"{record.backend} does not answer: the worker cannot be started: {error}") from None
        answer = worker.listener.listen()
        if isinstance(answer, Predicted):
            return answer
        reason = answer.reason if isinstance(answer, Crash) else getattr(answer, "reason", "no answer")
        raise BackendError(f"{record.backend} does not answer: {reason}")

    def _start(self, record: Record) -> _Worker:
        asked, backend = self._networks, relay_members(record.backend)[-1]
        checkpoint = str(asked.folder.absolute() / (record.weights or ""))
        job = PredictBatchesJob(
            backend, checkpoint, str(self._folder), asked.device, record.spec.tuning, first=self._count
        )
        python = find_interpreter(backend, asked.python).path
        setting = Setting(physical_cores(), self._folder / f"{record.key}.txt", python)
        handle = self._engine.submit(job, setting)
        worker = self._workers[record.key] = _Worker(handle, Listener(handle))
        return worker

    def _end(self) -> None:
        for worker in self._workers.values():
            worker.handle.close()
