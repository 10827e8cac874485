"""Stochastic gradient descent."""

from mnist_compare.recipe.optimizers.base import Optimizer
from mnist_compare.recipe.rules import Rule, below_one, not_negative


class SGD(Optimizer, frozen=True, tag="sgd", forbid_unknown_fields=True):
    """Stochastic gradient descent: v = momentum v + g; w -= lr v (nesterov: w -= lr (g + momentum v)).

    Options:
        learning_rate: lr above, at least 0.
        momentum: at least 0 and below 1.
        nesterov: needs a momentum above 0.
        weight_decay: L2: so many times the weight is added to the gradient g.

    >>> SGD(0.1, momentum=0.9)
    SGD(learning_rate=0.1, momentum=0.9, nesterov=False, weight_decay=0.0)
    """

    title = "SGD"
    learning_rate: float = 0.01
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    @property
    def slots(self) -> tuple[str, ...]:
        """What it remembers of each parameter, by the names of the canonical layout."""
        return ("momentum",) if self.momentum else ()

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [
            not_negative("learning_rate", self.learning_rate),
            not_negative("weight_decay", self.weight_decay),
            below_one("momentum", self.momentum),
            ("nesterov", self.momentum, self.momentum > 0 or not self.nesterov, "needs a momentum above 0"),
        ]
