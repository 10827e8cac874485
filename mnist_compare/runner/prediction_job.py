"""The job of a prediction: the outputs of a checkpoint's network for some images."""

from typing import ClassVar

import numpy as np

from mnist_compare.lowering import TUNED
from mnist_compare.worker.events import Event
from mnist_compare.worker.job import Framework, Job, Send


class Predicted(Event, frozen=True, tag="predicted"):
    """Classes [N], outputs [N, K] or [N, 1], and probabilities [N, K] where there are logits."""

    is_last: ClassVar[bool] = True
    digits: list[int]
    outputs: list[list[float]]
    probabilities: list[list[float]] | None


class PredictJob(Job, frozen=True):
    """Load a checkpoint, with the tuning that its network was trained with, and give the outputs for images uint8
    [N, C, H, W], nested lists.
    """

    events: ClassVar[type[Event]] = Predicted
    backend: str
    checkpoint: str
    images: list[list[list[list[int]]]]
    device: str
    tuning: str = TUNED

    def run(self, framework: Framework, send: Send) -> None:
        """Predict."""
        experiment = framework.experiment_class().load(self.checkpoint, device=self.device, tuning=self.tuning)
        prediction = experiment.predict(np.array(self.images, dtype=np.uint8))
        chances = prediction.probabilities
        send(
            Predicted(
                prediction.digits.tolist(), prediction.outputs.tolist(), None if chances is None else chances.tolist()
            )
        )
