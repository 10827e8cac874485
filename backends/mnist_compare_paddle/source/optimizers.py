"""The Paddle expressions of optimizers: those that do as PyTorch's."""

from functools import singledispatch

from mnist_compare.recipe import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer
from mnist_compare.source import Line, call, line
from mnist_compare.source.optimizers import not_written


@singledispatch
def write(optimizer: Optimizer, parameters: Line) -> Line:
    """The expression of an optimizer. Each kind registers its own; raises UsageError for one that has none."""
    raise not_written("Paddle", optimizer, write)


@write.register
def _sgd(optimizer: SGD, parameters: Line) -> Line:
    return call(
        "paddle.optimizer.Momentum" if optimizer.momentum else "paddle.optimizer.SGD",
        optimizer.learning_rate,
        momentum=optimizer.momentum or None,
        parameters=parameters,
        use_nesterov=optimizer.nesterov or None,
        weight_decay=_coupled(optimizer.weight_decay),
    )


@write.register
def _adam(optimizer: Adam | AdamW, parameters: Line) -> Line:
    decay = optimizer.weight_decay
    return call(
        f"paddle.optimizer.{type(optimizer).__name__}",
        optimizer.learning_rate,
        beta1=optimizer.beta1,
        beta2=optimizer.beta2,
        epsilon=optimizer.epsilon,
        parameters=parameters,
        weight_decay=decay if isinstance(optimizer, AdamW) else _coupled(decay),
    )


@write.register
def _adadelta(optimizer: Adadelta, parameters: Line) -> Line:
    return call(
        "paddle.optimizer.Adadelta",
        optimizer.learning_rate,
        epsilon=optimizer.epsilon,
        rho=optimizer.rho,
        parameters=parameters,
        weight_decay=_coupled(optimizer.weight_decay),
    )


@write.register
def _adagrad(optimizer: Adagrad, parameters: Line) -> Line:
    return call(
        "paddle.optimizer.Adagrad",
        optimizer.learning_rate,
        epsilon=optimizer.epsilon,
        parameters=parameters,
        weight_decay=_coupled(optimizer.weight_decay),
        initial_accumulator_value=optimizer.first_sum or None,
    )


def _coupled(decay: float) -> Line | None:
    return line(f"paddle.regularizer.L2Decay({decay!r})") if decay else None
