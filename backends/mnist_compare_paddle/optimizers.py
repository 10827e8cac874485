"""The optimizers of a recipe: Paddle's own, whose learning rate is set before every step."""

from functools import singledispatch
from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray

from mnist_compare.recipe import SGD, Adam, AdamW, Optimizer
from mnist_compare_paddle.backend import BACKEND

SLOTS = {"velocity": "momentum", "moment1": "first_moment", "moment2": "second_moment"}
"""What Paddle calls a slot -> its name in the canonical layout."""


@singledispatch
def make_optimizer(optimizer: Optimizer, parameters: list[Any]) -> Any:
    """The Paddle optimizer; its learning rate is set before every step. Each kind registers its own.

    Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("optimizer", optimizer, "optimizers.make_optimizer")


@make_optimizer.register
def _sgd(optimizer: SGD, parameters: list[Any]) -> Any:
    decay = _coupled(optimizer.weight_decay)
    if not optimizer.momentum:
        return paddle.optimizer.SGD(0.0, parameters, weight_decay=decay)
    nesterov = optimizer.nesterov
    return paddle.optimizer.Momentum(0.0, optimizer.momentum, parameters, use_nesterov=nesterov, weight_decay=decay)


@make_optimizer.register
def _adam(optimizer: Adam, parameters: list[Any]) -> Any:
    numbers = optimizer.beta1, optimizer.beta2, optimizer.epsilon
    return paddle.optimizer.Adam(0.0, *numbers, parameters, _coupled(optimizer.weight_decay))


@make_optimizer.register
def _adamw(optimizer: AdamW, parameters: list[Any]) -> Any:
    numbers = optimizer.beta1, optimizer.beta2, optimizer.epsilon
    return paddle.optimizer.AdamW(0.0, *numbers, parameters, optimizer.weight_decay)


def beta_powers(optimizer: Optimizer, steps: int, dtype: type[np.floating]) -> dict[str, NDArray[Any]]:
    """The powers of beta [1] that Paddle's Adam and AdamW keep after so many steps, by Paddle's names; else none."""
    if not isinstance(optimizer, Adam | AdamW):
        return {}
    betas = {"beta1_pow_acc": optimizer.beta1, "beta2_pow_acc": optimizer.beta2}
    return {name: np.array([_running_power(dtype(beta), steps)]) for name, beta in betas.items()}


def _running_power(beta: np.floating, steps: int) -> np.floating:
    """The power for the step after so many.

    It is rounded in every step, as Paddle's own is, and not once at the end: a training that goes on from a checkpoint
    must end with the same bits as one that was never interrupted.
    """
    power = beta
    for _ in range(steps):
        before, power = power, power * beta
        if power == before:  # as small as the type has them
            break
    return power


def _coupled(decay: float) -> Any:
    return paddle.regularizer.L2Decay(decay) if decay else None
