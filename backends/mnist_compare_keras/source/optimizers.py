"""The Keras expressions of optimizers: Keras's own where it does as the others."""

from functools import singledispatch

from mnist_compare.recipe import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, RMSprop
from mnist_compare.source import Line, call
from mnist_compare.source.optimizers import not_written


@singledispatch
def write(optimizer: Optimizer) -> Line:
    """The expression of an optimizer. Each kind registers its own; raises UsageError for one that has none."""
    raise not_written("Keras", optimizer, write)


@write.register
def _sgd(optimizer: SGD) -> Line:
    if not optimizer.momentum and not optimizer.weight_decay:
        return call("keras.optimizers.SGD", optimizer.learning_rate)
    return call(
        "MomentumSGD",
        optimizer.learning_rate,
        momentum=optimizer.momentum or None,
        nesterov=optimizer.nesterov or None,
        decay=optimizer.weight_decay or None,
    )


@write.register
def _adam(optimizer: Adam | AdamW) -> Line:
    return call(
        "MatchedAdam",
        optimizer.learning_rate,
        beta_1=optimizer.beta1,
        beta_2=optimizer.beta2,
        epsilon=optimizer.epsilon,
        decay=optimizer.weight_decay or None,
        decoupled=isinstance(optimizer, AdamW) or None,
    )


@write.register
def _adadelta(optimizer: Adadelta) -> Line:
    if optimizer.weight_decay:
        decay = optimizer.weight_decay
        return call(
            "MatchedAdadelta", optimizer.learning_rate, rho=optimizer.rho, epsilon=optimizer.epsilon, decay=decay
        )
    return call("keras.optimizers.Adadelta", optimizer.learning_rate, rho=optimizer.rho, epsilon=optimizer.epsilon)


@write.register
def _rmsprop(optimizer: RMSprop) -> Line:
    return call(
        "MatchedRMSprop",
        optimizer.learning_rate,
        rho=optimizer.rho,
        epsilon=optimizer.epsilon,
        momentum=optimizer.momentum or None,
        centered=optimizer.centered or None,
        decay=optimizer.weight_decay or None,
    )


@write.register
def _adagrad(optimizer: Adagrad) -> Line:
    return call(
        "MatchedAdagrad",
        optimizer.learning_rate,
        epsilon=optimizer.epsilon,
        first_sum=optimizer.first_sum or None,
        decay=optimizer.weight_decay or None,
    )
