"""A process that trains along with the first one of a data-parallel training: it takes the steps that it is told."""

from typing import Self

import msgspec
from msgspec.structs import replace

from mnist_compare.data import NormalizedData
from mnist_compare.experiment.device_images import DeviceImages
from mnist_compare.experiment.interface import ExperimentInterface
from mnist_compare.experiment.steps import Steps
from mnist_compare.experiment.training_state import PartialEpoch


class Told(msgspec.Struct, frozen=True):
    """The steps from `start` to before `stop` of an epoch, which all processes take now.

    `first` optimizer updates came before them; `validation_losses` are those after the epochs before, where the
    schedule goes by them.
    """

    epoch: int
    start: int
    stop: int
    first: int
    validation_losses: tuple[float, ...] = ()

    @classmethod
    def of(cls, steps: Steps, validation_losses: tuple[float, ...]) -> Self:
        """What is told of the steps that the first process is about to take."""
        return cls(steps.epoch, steps.start, steps.start + len(steps), steps.first, validation_losses)


class Follower:
    """The training of an experiment that evaluates and saves nothing: the first process does."""

    def __init__(self, experiment: ExperimentInterface, arrays: NormalizedData) -> None:
        self._experiment, self._count = experiment, len(arrays.train_labels)
        experiment.mean, experiment.std = arrays.mean, arrays.std
        self._images = DeviceImages(experiment, arrays.train_images, arrays.train_labels)

    def train(self, told: Told) -> None:
        """Take these steps."""
        experiment = self._experiment
        experiment.training = replace(
            experiment.training,
            epoch=told.epoch,
            step=told.first - told.start,
            partial=PartialEpoch(),
            validation_losses=told.validation_losses,
        )
        steps = experiment.plan(self._count).steps(told.start, told.stop)
        experiment.train(*self._images.put(self._images.gather(steps), steps))

    def close(self) -> None:
        """End the threads that make images ahead."""
        self._images.close()
