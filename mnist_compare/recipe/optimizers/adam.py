"""Adam and its relatives: a running mean of the gradient, over a measure of its size."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from mnist_compare.recipe.optimizers.base import Optimizer, between_0_and_1
from mnist_compare.recipe.rules import Rule, below_one, not_negative


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
            between_0_and_1("epsilon", self.epsilon),
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


class NAdam(_Moments, frozen=True, tag="nadam", forbid_unknown_fields=True):
    """Adam with Nesterov's momentum, which grows from step to step.

    The step of number t has the momentum mu(t) = beta1 (1 - 0.96^(momentum_decay t) / 2), and P(t) is the product of
    all up to it. The mean m of the gradient g is taken one step ahead, mu(t+1) m / (1 - P(t+1)) + (1 - mu(t)) g /
    (1 - P(t)), and divided by sqrt(v / (1 - beta2^t)) + epsilon, where v is the mean of g^2.

    Options:
        momentum_decay: at least 0.
        beta1: below 0.9999, so that P vanishes.
        learning_rate, beta2, epsilon, weight_decay: as those of Adam.

    >>> round(NAdam().momentum(1), 4)
    0.4501
    """

    title = "NAdam"
    learning_rate: float = 0.002
    momentum_decay: float = 0.004

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        largest = ("beta1", self.beta1, self.beta1 < 0.9999, "must be below 0.9999")
        return [*super().rules, largest, not_negative("momentum_decay", self.momentum_decay)]

    def momentum(self, step: int) -> float:
        """The momentum of a step, counted from 1."""
        return float(self.beta1 * (1 - 0.5 * 0.96 ** (step * self.momentum_decay)))

    def momentum_products(self) -> NDArray[np.float64]:
        """P of the steps 0, 1, 2 ... up to the first where 1 - P is 1: from there on P counts as 0."""
        return _momentum_products(self.beta1, self.momentum_decay)


@cache
def _momentum_products(beta1: float, momentum_decay: float) -> NDArray[np.float64]:
    # No momentum is above beta1, so that so many steps are enough.
    most = 2 if not beta1 else 2 + int(np.log(2.0**-54) / np.log(beta1))
    momenta = beta1 * (1 - 0.5 * 0.96 ** (np.arange(1, most + 1) * momentum_decay))
    products = np.cumprod(np.concatenate([[1.0], momenta]))
    products[1 - products == 1] = 0.0
    last = int(np.argmax(products == 0))
    return products[: last + 1]


class Adamax(_Moments, frozen=True, tag="adamax", forbid_unknown_fields=True):
    """Adam by the largest gradient: u = max(beta2 u, |g| + epsilon); w -= lr m / ((1 - beta1^t) u).

    Its options are those of Adam.

    >>> Adamax().slots
    ('first_moment', 'largest_gradient')
    """

    title = "Adamax"
    learning_rate: float = 0.002

    @property
    def slots(self) -> tuple[str, ...]:
        """What it remembers of each parameter, by the names of the canonical layout."""
        return ("first_moment", "largest_gradient")
