"""The optax expressions of optimizers: the transformations of a gradient, one after the other."""

from functools import singledispatch
from typing import Any

from mnist_compare.recipe import SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Lion, Optimizer, RMSprop
from mnist_compare.source import Line, call, unless
from mnist_compare.source.optimizers import not_written


@singledispatch
def write(optimizer: Optimizer, rate: Line) -> list[Line]:
    """The transformations; `rate` is the learning rate or what gives that of a step.

    Each kind registers its own; raises UsageError for one that has none.
    """
    raise not_written("JAX", optimizer, write)


@write.register
def _sgd(optimizer: SGD, rate: Line) -> list[Line]:
    momentum, nesterov = optimizer.momentum or None, optimizer.nesterov or None
    return [*_decay(optimizer), call("optax.sgd", rate, momentum=momentum, nesterov=nesterov)]


@write.register
def _adam(optimizer: Adam | Adamax, rate: Line) -> list[Line]:
    name = f"optax.{type(optimizer).__name__.lower()}"
    return [*_decay(optimizer), call(name, rate, **_moments(optimizer))]


@write.register
def _adamw(optimizer: AdamW, rate: Line) -> list[Line]:
    return [call("optax.adamw", rate, **_moments(optimizer), weight_decay=optimizer.weight_decay)]


@write.register
def _lion(optimizer: Lion, rate: Line) -> list[Line]:
    betas: dict[str, Any] = {"b1": unless(optimizer.beta1, 0.9), "b2": unless(optimizer.beta2, 0.99)}
    return [call("optax.lion", rate, **betas, weight_decay=optimizer.weight_decay)]


@write.register
def _adadelta(optimizer: Adadelta, rate: Line) -> list[Line]:
    rho, epsilon = unless(optimizer.rho, 0.9), unless(optimizer.epsilon, 1e-6)
    return [call("optax.adadelta", rate, rho=rho, eps=epsilon, weight_decay=optimizer.weight_decay or None)]


@write.register
def _rmsprop(optimizer: RMSprop, rate: Line) -> list[Line]:
    name = "optax.scale_by_stddev" if optimizer.centered else "optax.scale_by_rms"
    scaled: dict[str, Any] = {"decay": optimizer.rho, "eps": optimizer.epsilon, "eps_in_sqrt": False}
    if optimizer.momentum:  # optax.rmsprop takes the learning rate into the velocity
        trace = call("optax.trace", decay=optimizer.momentum)
        return [*_decay(optimizer), call(name, **scaled), trace, call("optax.scale_by_learning_rate", rate)]
    return [*_decay(optimizer), call("optax.rmsprop", rate, **scaled, centered=optimizer.centered or None)]


@write.register
def _adagrad(optimizer: Adagrad, rate: Line) -> list[Line]:
    scaled = call("scale_by_adagrad", optimizer.epsilon, first_sum=optimizer.first_sum or None)
    return [*_decay(optimizer), scaled, call("optax.scale_by_learning_rate", rate)]


def _decay(optimizer: SGD | Adam | Adamax | RMSprop | Adagrad) -> list[Line]:
    """What is added to the gradient."""
    return [call("optax.add_decayed_weights", optimizer.weight_decay)] if optimizer.weight_decay else []


def _moments(optimizer: Adam | Adamax | AdamW) -> dict[str, Any]:
    return {
        "b1": unless(optimizer.beta1, 0.9),
        "b2": unless(optimizer.beta2, 0.999),
        "eps": unless(optimizer.epsilon, 1e-8),
    }
