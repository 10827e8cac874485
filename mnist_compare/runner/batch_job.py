"""The job of a worker that answers one batch of images after another, until it is ended."""

import time
from pathlib import Path
from typing import ClassVar

import numpy as np

from mnist_compare.data.shared import map_array
from mnist_compare.lowering import TUNED
from mnist_compare.runner.prediction_job import Predicted
from mnist_compare.worker.events import Event
from mnist_compare.worker.job import Framework, Job, Send

LOOK_SECONDS = 0.01


def batch_file(folder: Path, number: int) -> Path:
    """Where a batch of images lies, by its number from 0 on."""
    return folder / f"{number}.npy"


class PredictBatchesJob(Job, frozen=True):
    """Load a checkpoint once, and give a `Predicted` for each batch, uint8 [N, C, H, W], that comes into `folder`, from
    the `first` on.
    """

    events: ClassVar[type[Event]] = Predicted
    backend: str
    checkpoint: str
    folder: str
    device: str
    tuning: str = TUNED
    first: int = 0

    def run(self, framework: Framework, send: Send) -> None:
        """Predict until nobody asks any more."""
        experiment = framework.experiment_class().load(self.checkpoint, device=self.device, tuning=self.tuning)
        number = self.first
        while not framework.cancelled():
            file = batch_file(Path(self.folder), number)
            if file.exists():
                send(Predicted.of(experiment.predict(np.array(map_array(file)))))
                number += 1
            else:
                time.sleep(LOOK_SECONDS)
