"""A schedule that goes by the validation losses of the training itself."""

import math
from collections.abc import Sequence
from typing import ClassVar

from mnist_compare.io.bounds import Whole
from mnist_compare.recipe.rules import Rule, not_negative
from mnist_compare.recipe.schedules.base import Schedule


class Plateau(Schedule, frozen=True, tag="plateau", forbid_unknown_fields=True):
    """The learning rate is multiplied by `factor` once the validation loss has not improved for `patience` epochs.

    Options:
        factor: from 0 to 1.
        patience: at least 1. The epochs are counted anew after each time.
        threshold: a loss improves where it is lower than the least one so far by more than that.
        minimum: from 0 to 1: the rate does not fall below so much of the learning rate.

    >>> schedule = Plateau(factor=0.5, patience=2)
    >>> [schedule.scale([0.3, 0.2, 0.2, 0.25, 0.1][:epochs]) for epochs in range(6)]
    [1.0, 1.0, 1.0, 1.0, 0.5, 0.5]
    """

    title = "learning rate reduced on plateaus"
    watches_validation: ClassVar[bool] = True
    factor: float = 0.1
    patience: Whole = 10
    threshold: float = 1e-4
    minimum: float = 0.0

    def share(self, step: int, total: int, steps_per_epoch: int) -> float:
        """The share of the learning rate at `step` (from 0) of `total`."""
        return 1.0

    def scale(self, validation_losses: Sequence[float]) -> float:
        """What the shares of an epoch are multiplied with, by the validation losses after the epochs before it."""
        scale, least, waited = 1.0, math.inf, 0
        for loss in validation_losses:
            waited += 1
            if loss < least - self.threshold:
                least, waited = loss, 0
            elif waited == self.patience:
                scale, waited = max(self.minimum, scale * self.factor), 0
        return scale

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [
            ("factor", self.factor, 0 <= self.factor <= 1, "must be from 0 to 1"),
            ("patience", self.patience, self.patience >= 1, "must be at least 1"),
            not_negative("threshold", self.threshold),
            ("minimum", self.minimum, 0 <= self.minimum <= 1, "must be from 0 to 1"),
        ]
