"""Update rules with one fault each. They take and give what `optimizers.update` does, and are made from it."""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.recipe import SGD, Adam, AdamW
from mnist_compare_numpy.optimizers import Slots, update

Array = NDArray[Any]
Result = tuple[Array, Slots]
Known = SGD | Adam | AdamW


class Float32Power(float):
    """Keeps its powers as float32."""

    def __pow__(self, step: int) -> float:  # type: ignore[override]
        return float(np.float32(float(self) ** step))


class NoPower(float):
    """Has the powers 0, so that nothing is corrected by them."""

    def __pow__(self, step: int) -> float:  # type: ignore[override]
        return 0.0


class Float32Rest(float):
    """What it leaves of 1 is that of the decimal number it was written as, rounded to float32: 0.1 for 1 - 0.9."""

    def __rsub__(self, one: float) -> float:
        return float(np.float32(one - round(float(self), 6)))


def epsilon_before_correction(
    optimizer: Known, w: Array, g: Array, slots: Slots, learning_rate: float, step: int
) -> Result:
    """Keras's Adam: epsilon is added to the root of the second moment before that is corrected."""
    if not isinstance(optimizer, SGD):
        epsilon = optimizer.epsilon / float(np.sqrt(1 - optimizer.beta2**step))
        optimizer = msgspec.structs.replace(optimizer, epsilon=epsilon)
    return update(optimizer, w, g, slots, learning_rate, step)


def moments_by_difference(
    optimizer: Known, w: Array, g: Array, slots: Slots, learning_rate: float, step: int
) -> Result:
    """Keras's Adam: moments go a share of the way to their new values, v + (g^2 - v) (1 - beta2). A small g^2 loses its
    digits beside a large v.
    """
    if isinstance(optimizer, SGD):
        return update(optimizer, w, g, slots, learning_rate, step)
    first = slots["first_moment"] + (g - slots["first_moment"]) * (1 - optimizer.beta1)
    second = slots["second_moment"] + (g**2 - slots["second_moment"]) * (1 - optimizer.beta2)
    mean, variance = first / (1 - optimizer.beta1**step), second / (1 - optimizer.beta2**step)
    moved = w - learning_rate * mean / (np.sqrt(variance) + optimizer.epsilon)
    return moved, {"first_moment": first, "second_moment": second}


def decoupled_decay(optimizer: Known, w: Array, g: Array, slots: Slots, learning_rate: float, step: int) -> Result:
    """The decay is taken off the weight, and is not in the gradient."""
    plain = msgspec.structs.replace(optimizer, weight_decay=0.0)
    return update(plain, w - learning_rate * optimizer.weight_decay * w, g, slots, learning_rate, step)


def coupled_decay(optimizer: Known, w: Array, g: Array, slots: Slots, learning_rate: float, step: int) -> Result:
    """The decay is added to the gradient."""
    plain = msgspec.structs.replace(optimizer, weight_decay=0.0)
    return update(plain, w, g + optimizer.weight_decay * w, slots, learning_rate, step)


def decay_afterwards(optimizer: Known, w: Array, g: Array, slots: Slots, learning_rate: float, step: int) -> Result:
    """The decay is taken off the weight after the step."""
    plain = msgspec.structs.replace(optimizer, weight_decay=0.0)
    moved, slots = update(plain, w, g, slots, learning_rate, step)
    return moved - learning_rate * optimizer.weight_decay * moved, slots


def no_decay_of_biases(optimizer: Known, w: Array, g: Array, slots: Slots, learning_rate: float, step: int) -> Result:
    """Only arrays of two axes or more decay."""
    if w.ndim == 1:
        optimizer = msgspec.structs.replace(optimizer, weight_decay=0.0)
    return update(optimizer, w, g, slots, learning_rate, step)


def dampened(optimizer: Known, w: Array, g: Array, slots: Slots, learning_rate: float, step: int) -> Result:
    """The velocity takes the share 1 - momentum of the gradient, from the second step on."""
    if isinstance(optimizer, SGD) and step > 1:
        g = (1 - optimizer.momentum) * g
    return update(optimizer, w, g, slots, learning_rate, step)


def cycled_momentum(optimizer: Known, w: Array, g: Array, slots: Slots, learning_rate: float, step: int) -> Result:
    """The momentum goes from 0.95 to 0.85 while the learning rate rises: torch's one-cycle schedule."""
    if isinstance(optimizer, SGD) and optimizer.momentum:
        momentum = 0.95 - 0.1 * learning_rate / optimizer.learning_rate
        optimizer = msgspec.structs.replace(optimizer, momentum=momentum)
    return update(optimizer, w, g, slots, learning_rate, step)


def with_betas(kind: type[float]) -> Callable[[AdamW], AdamW]:
    """The change that makes both betas of that kind."""
    return lambda optimizer: msgspec.structs.replace(
        optimizer, beta1=kind(optimizer.beta1), beta2=kind(optimizer.beta2)
    )
