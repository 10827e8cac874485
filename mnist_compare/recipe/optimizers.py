"""Optimizers as data: their numbers, what must hold of them, and what they remember of each parameter."""

from mnist_compare.recipe.rules import Choice, Rule, below_one, not_negative


class Optimizer(Choice, frozen=True):
    """What moves the weights in a step. A class derived from it, with a tag, can be named in files from then on.

    Its fields are its numbers, each with a default; `learning_rate` is the one that schedules multiply.
    """

    learning_rate: float = 0.001

    @property
    def slots(self) -> tuple[str, ...]:
        """What it remembers of each parameter, by the names of the canonical layout: zero before the first step."""
        return ()

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [not_negative("learning_rate", self.learning_rate)]


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
            ("nesterov", True, self.momentum > 0 or not self.nesterov, "needs a momentum above 0"),
        ]


class _Moments(Optimizer, frozen=True):
    """Optimizers that keep running means of the gradient and of its square."""

    learning_rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0

    @property
    def slots(self) -> tuple[str, ...]:
        """What it remembers of each parameter, by the names of the canonical layout."""
        return ("first_moment", "second_moment")

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [
            not_negative("learning_rate", self.learning_rate),
            not_negative("weight_decay", self.weight_decay),
            below_one("beta1", self.beta1),
            below_one("beta2", self.beta2),
            ("epsilon", self.epsilon, 0 < self.epsilon < 1, "must be between 0 and 1"),
        ]


class Adam(_Moments, frozen=True, tag="adam", forbid_unknown_fields=True):
    """Adam, with epsilon added after the bias correction.

    Options:
        learning_rate: at least 0.
        beta1, beta2: of the means of the gradient and of its square, at least 0 and below 1.
        epsilon: between 0 and 1.
        weight_decay: L2: so many times the weight is added to the gradient.

    >>> Adam(0.002).beta2
    0.999
    """

    title = "Adam"


class AdamW(_Moments, frozen=True, tag="adamw", forbid_unknown_fields=True):
    """Adam with decoupled weight decay: w -= lr weight_decay w, before the step. Its options are those of Adam.

    >>> AdamW().weight_decay
    0.01
    """

    title = "AdamW"
    weight_decay: float = 0.01


OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": SGD(),
    "momentum": SGD(momentum=0.9),
    "nesterov": SGD(momentum=0.9, nesterov=True),
    "adam": Adam(),
    "adamw": AdamW(),
}
