"""The job of a check: does the framework import and train here?"""

from time import perf_counter
from typing import ClassVar, Self

import numpy as np

from mnist_compare.worker.events import Event
from mnist_compare.worker.job import Framework, Job, Places, Send


class Probed(Event, frozen=True, tag="probed"):
    """The framework works here: it sees so many GPUs, and took so many seconds to import and train a step."""

    is_last: ClassVar[bool] = True
    gpus: int
    seconds: float


class ProbeJob(Job, frozen=True):
    """Import the backend's framework, see its GPUs, and train one step."""

    events: ClassVar[type[Event]] = Probed
    backend: str

    def moved(self, places: Places) -> Self:
        """It needs no file."""
        return self

    def run(self, framework: Framework, send: Send) -> None:
        """Train the step."""
        begin = perf_counter()
        experiment = framework.experiment_class()("mlp")
        images = experiment.to_device(np.zeros((20, 1, 28, 28), dtype=np.float32))
        targets = experiment.to_device(np.zeros(20, dtype=np.int64))
        experiment.train(images, targets, experiment.plan(20).steps(0, 1))
        send(Probed(experiment.gpu_count(), framework.import_seconds + perf_counter() - begin))
