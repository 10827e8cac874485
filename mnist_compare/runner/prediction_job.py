"""The jobs of a prediction: what a checkpoint's network says of some images, or of the many of a file."""

from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from msgspec.structs import replace

from mnist_compare.data.shared import map_array
from mnist_compare.experiment.prediction import Prediction
from mnist_compare.lowering import TUNED
from mnist_compare.worker.events import Event
from mnist_compare.worker.job import Framework, Job, Places, Send


class Predicted(Event, frozen=True, tag="predicted"):
    """Classes [N], outputs [N, K] or [N, 1], and probabilities [N, K] where there are logits."""

    is_last: ClassVar[bool] = True
    digits: list[int]
    outputs: list[list[float]]
    probabilities: list[list[float]] | None

    @property
    def place(self) -> str:
        """A worker may have answered before, and be asked again."""
        return "while it predicted"

    @classmethod
    def of(cls, found: Prediction) -> Self:
        """The same as lists."""
        chances = found.probabilities
        return cls(found.digits.tolist(), found.outputs.tolist(), None if chances is None else chances.tolist())


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

    def moved(self, places: Places) -> Self:
        """The checkpoint goes along."""
        return replace(self, checkpoint=places.read(self.checkpoint))

    def run(self, framework: Framework, send: Send) -> None:
        """Predict."""
        experiment = framework.experiment_class().load(self.checkpoint, device=self.device, tuning=self.tuning)
        send(Predicted.of(experiment.predict(np.array(self.images, dtype=np.uint8))))


PIECE = 20_000_000
"""So many values of images are normalized at a time."""


class PredictedClasses(Event, frozen=True, tag="predicted_classes"):
    """Classes [N], and how probable each is where there are logits."""

    is_last: ClassVar[bool] = True
    classes: list[int]
    chances: list[float] | None


class PredictFileJob(Job, frozen=True):
    """Classes of the images in a .npy file, uint8 [N, C, H, W], of which there may be very many."""

    events: ClassVar[type[Event]] = PredictedClasses
    backend: str
    checkpoint: str
    images: str
    device: str
    tuning: str = TUNED

    def moved(self, places: Places) -> Self:
        """The checkpoint and the images go along."""
        return replace(self, checkpoint=places.read(self.checkpoint), images=places.read(self.images))

    def run(self, framework: Framework, send: Send) -> None:
        """Predict, so many images at a time that memory is bounded."""
        experiment = framework.experiment_class().load(self.checkpoint, device=self.device, tuning=self.tuning)
        images = map_array(Path(self.images))
        piece = max(1, PIECE // images[0].size)
        classes: list[int] = []
        chances: list[float] = []
        for start in range(0, len(images), piece):
            found = experiment.predict(images[start : start + piece])
            classes += found.digits.tolist()
            if found.probabilities is not None:
                chances += found.probabilities.max(axis=1).tolist()
        send(PredictedClasses(classes, chances or None))
