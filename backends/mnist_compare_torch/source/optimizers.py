"""The PyTorch expressions of optimizers."""

from functools import singledispatch

from mnist_compare.recipe import SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Optimizer, RMSprop
from mnist_compare.source import Line, call, line
from mnist_compare.source.optimizers import not_written

PARAMETERS = line("network.parameters()")


@singledispatch
def write(optimizer: Optimizer) -> Line:
    """The expression of an optimizer. Each kind registers its own; raises UsageError for one that has none."""
    raise not_written("PyTorch", optimizer, write)


@write.register
def _sgd(optimizer: SGD) -> Line:
    return call(
        "torch.optim.SGD",
        PARAMETERS,
        lr=optimizer.learning_rate,
        momentum=optimizer.momentum or None,
        nesterov=optimizer.nesterov or None,
        weight_decay=optimizer.weight_decay or None,
    )


@write.register
def _adam(optimizer: Adam | AdamW | Adamax) -> Line:
    return call(
        f"torch.optim.{type(optimizer).__name__}",
        PARAMETERS,
        lr=optimizer.learning_rate,
        betas=(optimizer.beta1, optimizer.beta2),
        eps=optimizer.epsilon,
        weight_decay=optimizer.weight_decay or None,
    )


@write.register
def _adadelta(optimizer: Adadelta) -> Line:
    return call(
        "torch.optim.Adadelta",
        PARAMETERS,
        lr=optimizer.learning_rate,
        rho=optimizer.rho,
        eps=optimizer.epsilon,
        weight_decay=optimizer.weight_decay or None,
    )


@write.register
def _rmsprop(optimizer: RMSprop) -> Line:
    return call(
        "torch.optim.RMSprop",
        PARAMETERS,
        lr=optimizer.learning_rate,
        alpha=optimizer.rho,
        eps=optimizer.epsilon,
        momentum=optimizer.momentum or None,
        centered=optimizer.centered or None,
        weight_decay=optimizer.weight_decay or None,
    )


@write.register
def _adagrad(optimizer: Adagrad) -> Line:
    return call(
        "torch.optim.Adagrad",
        PARAMETERS,
        lr=optimizer.learning_rate,
        eps=optimizer.epsilon,
        initial_accumulator_value=optimizer.first_sum or None,
        weight_decay=optimizer.weight_decay or None,
    )
