"""The update rules in plain NumPy. Each takes a weight, its gradient and its slots, and gives the new ones."""

from functools import singledispatch
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.recipe import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lion,
    NAdam,
    Optimizer,
    RMSprop,
)
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


@update.register
def _update_nadam(
    optimizer: NAdam, w: Array, g: Array, slots: Slots, learning_rate: float, step: int
) -> tuple[Array, Slots]:
    g = g + optimizer.weight_decay * w
    first = optimizer.beta1 * slots["first_moment"] + (1 - optimizer.beta1) * g
    second = optimizer.beta2 * slots["second_moment"] + (1 - optimizer.beta2) * g**2
    products = optimizer.momentum_products()
    here, ahead = (float(products[min(number, len(products) - 1)]) for number in (step, step + 1))
    mean = optimizer.momentum(step + 1) * first / (1 - ahead) + (1 - optimizer.momentum(step)) * g / (1 - here)
    root = np.sqrt(second / (1 - optimizer.beta2**step))
    moved = w - learning_rate * mean / (root + optimizer.epsilon)
    return moved, {"first_moment": first, "second_moment": second}


@update.register
def _update_adamax(
    optimizer: Adamax, w: Array, g: Array, slots: Slots, learning_rate: float, step: int
) -> tuple[Array, Slots]:
    g = g + optimizer.weight_decay * w
    first = optimizer.beta1 * slots["first_moment"] + (1 - optimizer.beta1) * g
    largest = np.maximum(optimizer.beta2 * slots["largest_gradient"], np.abs(g) + optimizer.epsilon)
    moved = w - learning_rate / (1 - optimizer.beta1**step) * first / largest
    return moved, {"first_moment": first, "largest_gradient": largest}


@update.register
def _update_adadelta(
    optimizer: Adadelta, w: Array, g: Array, slots: Slots, learning_rate: float, step: int
) -> tuple[Array, Slots]:
    g, rho, epsilon = g + optimizer.weight_decay * w, optimizer.rho, optimizer.epsilon
    second = rho * slots["second_moment"] + (1 - rho) * g**2
    change = g * np.sqrt(slots["squared_update"] + epsilon) / np.sqrt(second + epsilon)
    updates = rho * slots["squared_update"] + (1 - rho) * change**2
    return w - learning_rate * change, {"second_moment": second, "squared_update": updates}


@update.register
def _update_rmsprop(
    optimizer: RMSprop, w: Array, g: Array, slots: Slots, learning_rate: float, step: int
) -> tuple[Array, Slots]:
    g, rho = g + optimizer.weight_decay * w, optimizer.rho
    found = {"second_moment": rho * slots["second_moment"] + (1 - rho) * g**2}
    spread = found["second_moment"]
    if optimizer.centered:
        found["first_moment"] = rho * slots["first_moment"] + (1 - rho) * g
        spread = spread - found["first_moment"] ** 2
    direction = g / (np.sqrt(spread) + optimizer.epsilon)
    if optimizer.momentum:
        direction = found["momentum"] = optimizer.momentum * slots["momentum"] + direction
    return w - learning_rate * direction, found


@update.register
def _update_adagrad(
    optimizer: Adagrad, w: Array, g: Array, slots: Slots, learning_rate: float, step: int
) -> tuple[Array, Slots]:
    g = g + optimizer.weight_decay * w
    squares = slots["squared_sum"] + g**2
    return w - learning_rate * g / (np.sqrt(squares) + optimizer.epsilon), {"squared_sum": squares}


@update.register
def _update_lion(
    optimizer: Lion, w: Array, g: Array, slots: Slots, learning_rate: float, step: int
) -> tuple[Array, Slots]:
    decayed = w - learning_rate * optimizer.weight_decay * w
    direction = np.sign(optimizer.beta1 * slots["first_moment"] + (1 - optimizer.beta1) * g)
    first = optimizer.beta2 * slots["first_moment"] + (1 - optimizer.beta2) * g
    return decayed - learning_rate * direction, {"first_moment": first}


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
