"""Lion: steps of one size, by the sign of a mean of the gradient."""

from mnist_compare.recipe.optimizers.base import Optimizer
from mnist_compare.recipe.rules import Rule, below_one, not_negative


class Lion(Optimizer, frozen=True, tag="lion", forbid_unknown_fields=True):
    """Lion: w -= lr sign(beta1 m + (1 - beta1) g), and then m = beta2 m + (1 - beta2) g.

    Options:
        learning_rate: lr above, at least 0: every weight moves by it, so it is a tenth of Adam's or less.
        beta1: of the step, at least 0 and below 1.
        beta2: of the mean, at least 0 and below 1.
        weight_decay: decoupled, as that of AdamW: w -= lr weight_decay w, before the step.

    >>> Lion().slots
    ('first_moment',)
    """

    title = "Lion"
    learning_rate: float = 0.0001
    beta1: float = 0.9
    beta2: float = 0.99
    weight_decay: float = 0.0

    @property
    def slots(self) -> tuple[str, ...]:
        """What it remembers of each parameter, by the names of the canonical layout."""
        return ("first_moment",)

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [
            not_negative("learning_rate", self.learning_rate),
            below_one("beta1", self.beta1),
            below_one("beta2", self.beta2),
            not_negative("weight_decay", self.weight_decay),
        ]
