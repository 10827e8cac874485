"""The update rules in plain NumPy. Each takes a weight, its gradient and its slots, and gives the new ones."""

from functools import singledispatch
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.recipe import SGD, Adam, AdamW, Optimizer
from mnist_compare_numpy.backend import BACKEND

Array = NDArray[Any]
Slots = dict[str, Array]


@singledispatch
def update(
    optimizer: Optimizer, w: Array, g: Array, slots: Slots, learning_rate: float, step: int
) -> tuple[Array, Slots]:
    """One step (counted from 1): the new weight and slots. Each kind of optimizer registers its own.

    Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("optimizer", optimizer, "optimizers.update")


@update.register
def _update_sgd(
    optimizer: SGD, w: Array, g: Array, slots: Slots, learning_rate: float, step: int
) -> tuple[Array, Slots]:
    return _sgd(optimizer, w, g + optimizer.weight_decay * w, slots, learning_rate)


@update.register
def _update_adam(
    optimizer: Adam, w: Array, g: Array, slots: Slots, learning_rate: float, step: int
) -> tuple[Array, Slots]:
    return _adam(optimizer, w, g + optimizer.weight_decay * w, slots, learning_rate, step)


@update.register
def _update_adamw(
    optimizer: AdamW, w: Array, g: Array, slots: Slots, learning_rate: float, step: int
) -> tuple[Array, Slots]:
    decayed = w - learning_rate * optimizer.weight_decay * w
    return _adam(optimizer, decayed, g, slots, learning_rate, step)


def _sgd(optimizer: SGD, w: Array, g: Array, slots: Slots, learning_rate: float) -> tuple[Array, Slots]:
    if not optimizer.momentum:
        return w - learning_rate * g, slots
    velocity = optimizer.momentum * slots["momentum"] + g
    direction = g + optimizer.momentum * velocity if optimizer.nesterov else velocity
    return w - learning_rate * direction, {"momentum": velocity}


def _adam(
    optimizer: Adam | AdamW, w: Array, g: Array, slots: Slots, learning_rate: float, step: int
) -> tuple[Array, Slots]:
    first = optimizer.beta1 * slots["first_moment"] + (1 - optimizer.beta1) * g
    second = optimizer.beta2 * slots["second_moment"] + (1 - optimizer.beta2) * g**2
    mean = first / (1 - optimizer.beta1**step)
    variance = second / (1 - optimizer.beta2**step)
    moved = w - learning_rate * mean / (np.sqrt(variance) + optimizer.epsilon)
    return moved, {"first_moment": first, "second_moment": second}
