"""What every schedule is: a share of the recipe's learning rate for each step, computed here in float64.

Frameworks disagree about schedules (one cycles the momentum along, another has no one-cycle at all), so their learning
rates are handed out as numbers.
"""

from collections.abc import Sequence
from typing import ClassVar

from mnist_compare.recipe.rules import Choice


class Schedule(Choice, frozen=True):
    """A share of the learning rate for each step. A class derived from it, with a tag, can be named from then on."""

    watches_validation: ClassVar[bool] = False
    """Whether it goes by the losses on the validation images, so that there must be some."""

    def share(self, step: int, total: int, steps_per_epoch: int) -> float:
        """The share of the learning rate at `step` (from 0) of `total`."""
        raise NotImplementedError

    def scale(self, validation_losses: Sequence[float]) -> float:
        """What the shares of an epoch are multiplied with, by the validation losses after the epochs before it."""
        return 1.0

    def overflow(self, learning_rate: float, epochs: int) -> str:
        """What takes the learning rate beyond float32 in so many epochs, in words; nothing where it stays below."""
        return ""
