"""Faults of the optimizers that no document has: what frameworks mean by their names, and what is easily missed."""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from mnist_compare.certify.fault import Fault
from mnist_compare.recipe import Adadelta, Adagrad, Adamax, Lion, NAdam, Optimizer, RMSprop
from mnist_compare_numpy.experiment import NumpyExperiment
from mnist_compare_numpy.faults.experiments import RateInVelocity, with_optimizer, with_rule
from mnist_compare_numpy.faults.updates import Array, Result, coupled_decay
from mnist_compare_numpy.optimizers import Slots, update

change = msgspec.structs.replace


def adadelta_outside(o: Adadelta, w: Array, g: Array, slots: Slots, rate: float, step: int) -> Result:
    """Epsilon is added to the roots, and not in them."""
    second = o.rho * slots["second_moment"] + (1 - o.rho) * g**2
    moved = g * (np.sqrt(slots["squared_update"]) + o.epsilon) / (np.sqrt(second) + o.epsilon)
    updates = o.rho * slots["squared_update"] + (1 - o.rho) * moved**2
    return w - rate * moved, {"second_moment": second, "squared_update": updates}


def adadelta_with_rate(o: Adadelta, w: Array, g: Array, slots: Slots, rate: float, step: int) -> Result:
    """The mean of the squared updates is of those that the learning rate has multiplied."""
    moved, found = update(o, w, g, slots, rate, step)
    kept = o.rho * slots["squared_update"]
    return moved, found | {"squared_update": kept + (found["squared_update"] - kept) * rate**2}


def rmsprop_inside(o: RMSprop, w: Array, g: Array, slots: Slots, rate: float, step: int) -> Result:
    """Keras's and Paddle's RMSprop: epsilon is added in the root."""
    _, found = update(o, w, g, slots, rate, step)
    spread = found["second_moment"] - found["first_moment"] ** 2
    velocity = o.momentum * slots["momentum"] + g / np.sqrt(spread + o.epsilon)
    return w - rate * velocity, found | {"momentum": velocity}


def adagrad_inside(o: Adagrad, w: Array, g: Array, slots: Slots, rate: float, step: int) -> Result:
    """Keras's Adagrad: epsilon is added in the root."""
    squares = slots["squared_sum"] + g**2
    return w - rate * g / np.sqrt(squares + o.epsilon), {"squared_sum": squares}


def nadam_not_ahead(o: NAdam, w: Array, g: Array, slots: Slots, rate: float, step: int) -> Result:
    """The mean of the gradient is corrected as Adam's is, and not taken a step ahead."""
    _, found = update(o, w, g, slots, rate, step)
    root = np.sqrt(found["second_moment"] / (1 - o.beta2**step)) + o.epsilon
    return w - rate * found["first_moment"] / (1 - o.beta1**step) / root, found


def nadam_float32(o: NAdam, w: Array, g: Array, slots: Slots, rate: float, step: int) -> Result:
    """Torch's NAdam: the product of its momenta is kept as float32."""
    _, found = update(o, w, g, slots, rate, step)
    product = float(o.momentum_products()[step].astype(np.float32))
    ahead = o.momentum(step + 1)
    mean = ahead * found["first_moment"] / (1 - product * ahead) + (1 - o.momentum(step)) * g / (1 - product)
    root = np.sqrt(found["second_moment"] / (1 - o.beta2**step)) + o.epsilon
    return w - rate * mean / root, found


def adamax_where_used(o: Adamax, w: Array, g: Array, slots: Slots, rate: float, step: int) -> Result:
    """Keras's Adamax: epsilon is added where the largest gradient is used, and not kept with it."""
    _, found = update(o, w, g, slots, rate, step)
    largest = np.maximum(o.beta2 * slots["largest_gradient"], np.abs(g))
    moved = w - rate / (1 - o.beta1**step) * found["first_moment"] / (largest + o.epsilon)
    return moved, found | {"largest_gradient": largest}


def adamax_in_kept(o: Adamax, w: Array, g: Array, slots: Slots, rate: float, step: int) -> Result:
    """Paddle's Adamax: epsilon is added to what is kept of the largest gradient."""
    _, found = update(o, w, g, slots, rate, step)
    largest = np.maximum(o.beta2 * slots["largest_gradient"] + o.epsilon, np.abs(g))
    moved = w - rate / (1 - o.beta1**step) * found["first_moment"] / largest
    return moved, found | {"largest_gradient": largest}


def lion_afterwards(o: Lion, w: Array, g: Array, slots: Slots, rate: float, step: int) -> Result:
    """The sign is that of the new mean."""
    _, found = update(o, w, g, slots, rate, step)
    return w - rate * o.weight_decay * w - rate * np.sign(found["first_moment"]), found


def _of(kind: type[Optimizer], faulty: Callable[..., Result]) -> type[NumpyExperiment]:
    """The rule of one kind of optimizer is another; gradients are measured by steps of SGD."""

    def rule(optimizer: Optimizer, *step: Any) -> Result:
        return faulty(optimizer, *step) if isinstance(optimizer, kind) else update(optimizer, *step)

    return with_rule(rule)


OPTIMIZER_FAULTS: tuple[Fault, ...] = (
    Fault("Adadelta: epsilon added to the roots", "Adadelta", "adadelta", _of(Adadelta, adadelta_outside)),
    Fault("Adadelta: learning rate in the mean of updates", "Adadelta", "adadelta", _of(Adadelta, adadelta_with_rate)),
    Fault("Adadelta's rho 0.95", "Adadelta", "adadelta", with_optimizer(Adadelta, lambda o: change(o, rho=0.95))),
    Fault("RMSprop: epsilon in the root", "RMSprop", "rmsprop", _of(RMSprop, rmsprop_inside)),
    Fault("RMSprop: learning rate in the velocity", "RMSprop", "rmsprop", RateInVelocity),
    Fault("RMSprop's rho 0.9", "RMSprop", "rmsprop", with_optimizer(RMSprop, lambda o: change(o, rho=0.9))),
    Fault("Adagrad: epsilon in the root", "Adagrad", "adagrad", _of(Adagrad, adagrad_inside)),
    Fault(
        "Adagrad: sum begins with 0.1",
        "Adagrad",
        "adagrad",
        with_optimizer(Adagrad, lambda o: change(o, first_sum=0.1)),
    ),
    Fault("NAdam's momentum_decay 1", "NAdam", "nadam", with_optimizer(NAdam, lambda o: change(o, momentum_decay=1.0))),
    Fault("NAdam: not a step ahead", "NAdam", "nadam", _of(NAdam, nadam_not_ahead)),
    Fault("NAdam: products of momenta in float32", "NAdam", "nadam", _of(NAdam, nadam_float32)),
    Fault("Adamax: epsilon where it is used", "Adamax", "adamax", _of(Adamax, adamax_where_used)),
    Fault("Adamax: epsilon in what is kept", "Adamax", "adamax", _of(Adamax, adamax_in_kept)),
    Fault("Lion: sign of the new mean", "Lion", "lion", _of(Lion, lion_afterwards)),
    Fault("Lion: decay coupled", "Lion", "lion", _of(Lion, coupled_decay)),
)
