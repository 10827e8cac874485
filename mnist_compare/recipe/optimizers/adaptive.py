"""Optimizers that divide the gradient by the root of its mean or summed square."""

from mnist_compare.recipe.optimizers.base import Optimizer, between_0_and_1
from mnist_compare.recipe.rules import Rule, below_one, not_negative


class Adadelta(Optimizer, frozen=True, tag="adadelta", forbid_unknown_fields=True):
    """Adadelta: d = g sqrt(u + epsilon) / sqrt(s + epsilon); w -= lr d.

    s and u are the running means of g^2 and d^2; u is that of the steps before.

    Options:
        learning_rate: lr above, at least 0; in the paper it is 1.
        rho: the share that a mean keeps, at least 0 and below 1.
        epsilon: between 0 and 1.
        weight_decay: L2: so many times the weight is added to the gradient g.

    >>> Adadelta().slots
    ('second_moment', 'squared_update')
    """

    title = "Adadelta"
    learning_rate: float = 1.0
    rho: float = 0.9
    epsilon: float = 1e-6
    weight_decay: float = 0.0

    @property
    def slots(self) -> tuple[str, ...]:
        """What it remembers of each parameter, by the names of the canonical layout."""
        return ("second_moment", "squared_update")

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [
            not_negative("learning_rate", self.learning_rate),
            below_one("rho", self.rho),
            between_0_and_1("epsilon", self.epsilon),
            not_negative("weight_decay", self.weight_decay),
        ]


class RMSprop(Optimizer, frozen=True, tag="rmsprop", forbid_unknown_fields=True):
    """RMSprop: w -= lr g / (sqrt(s) + epsilon), where s is the running mean of g^2.

    Options:
        learning_rate: lr above, at least 0.
        rho: the share that a mean keeps, at least 0 and below 1.
        epsilon: between 0 and 1.
        momentum: at least 0 and below 1: v = momentum v + g / (sqrt(s) + epsilon); w -= lr v.
        centered: s less the square of the running mean of g is in the root, which is the variance of g.
        weight_decay: L2: so many times the weight is added to the gradient g.

    >>> RMSprop(momentum=0.9, centered=True).slots
    ('second_moment', 'first_moment', 'momentum')
    """

    title = "RMSprop"
    learning_rate: float = 0.01
    rho: float = 0.99
    epsilon: float = 1e-8
    momentum: float = 0.0
    centered: bool = False
    weight_decay: float = 0.0

    @property
    def slots(self) -> tuple[str, ...]:
        """What it remembers of each parameter, by the names of the canonical layout."""
        mean = ("first_moment",) if self.centered else ()
        return ("second_moment", *mean, *(("momentum",) if self.momentum else ()))

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [
            not_negative("learning_rate", self.learning_rate),
            below_one("rho", self.rho),
            between_0_and_1("epsilon", self.epsilon),
            below_one("momentum", self.momentum),
            not_negative("weight_decay", self.weight_decay),
        ]


class Adagrad(Optimizer, frozen=True, tag="adagrad", forbid_unknown_fields=True):
    """Adagrad: w -= lr g / (sqrt(s) + epsilon), where s is the sum of all g^2.

    Options:
        learning_rate: lr above, at least 0.
        epsilon: between 0 and 1.
        first_sum: what s is before the first step, at least 0.
        weight_decay: L2: so many times the weight is added to the gradient g.

    >>> Adagrad(first_sum=0.1).first_values
    {'squared_sum': 0.1}
    """

    title = "Adagrad"
    learning_rate: float = 0.01
    epsilon: float = 1e-10
    first_sum: float = 0.0
    weight_decay: float = 0.0

    @property
    def slots(self) -> tuple[str, ...]:
        """What it remembers of each parameter, by the names of the canonical layout."""
        return ("squared_sum",)

    @property
    def first_values(self) -> dict[str, float]:
        """What slots hold before the first step, where that is not 0."""
        return {"squared_sum": self.first_sum} if self.first_sum else {}

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [
            not_negative("learning_rate", self.learning_rate),
            between_0_and_1("epsilon", self.epsilon),
            not_negative("first_sum", self.first_sum),
            not_negative("weight_decay", self.weight_decay),
        ]
