"""What every optimizer is: its numbers, what must hold of them, and what it remembers of each parameter."""

from mnist_compare.recipe.rules import Choice, Rule, not_negative


class Optimizer(Choice, frozen=True):
    """What moves the weights in a step. A class derived from it, with a tag, can be named in files from then on.

    Its fields are its numbers, each with a default; `learning_rate` is the one that schedules multiply.
    """

    learning_rate: float = 0.001

    @property
    def slots(self) -> tuple[str, ...]:
        """What it remembers of each parameter, by the names of the canonical layout."""
        return ()

    @property
    def first_values(self) -> dict[str, float]:
        """What slots hold before the first step, where that is not 0."""
        return {}

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [not_negative("learning_rate", self.learning_rate)]


def between_0_and_1(name: str, value: float) -> Rule:
    """The rule of a number above 0 and below 1, such as an epsilon."""
    return name, value, 0 < value < 1, "must be between 0 and 1"
