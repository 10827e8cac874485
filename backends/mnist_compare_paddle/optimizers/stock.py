"""The optimizers of Paddle that do as those of torch: SGD, Adam, AdamW, Adadelta and Adagrad."""

from typing import Any

import paddle

from mnist_compare.recipe import SGD, Adadelta, Adagrad, Adam, AdamW
from mnist_compare_paddle.optimizers.dispatch import coupled, make_optimizer


@make_optimizer.register
def _sgd(optimizer: SGD, parameters: list[Any]) -> Any:
    decay = coupled(optimizer.weight_decay)
    if not optimizer.momentum:
        return paddle.optimizer.SGD(0.0, parameters, weight_decay=decay)
    nesterov = optimizer.nesterov
    return paddle.optimizer.Momentum(0.0, optimizer.momentum, parameters, use_nesterov=nesterov, weight_decay=decay)


@make_optimizer.register
def _adam(optimizer: Adam, parameters: list[Any]) -> Any:
    numbers = optimizer.beta1, optimizer.beta2, optimizer.epsilon
    return paddle.optimizer.Adam(0.0, *numbers, parameters, coupled(optimizer.weight_decay))


@make_optimizer.register
def _adamw(optimizer: AdamW, parameters: list[Any]) -> Any:
    numbers = optimizer.beta1, optimizer.beta2, optimizer.epsilon
    return paddle.optimizer.AdamW(0.0, *numbers, parameters, optimizer.weight_decay)


@make_optimizer.register
def _adadelta(optimizer: Adadelta, parameters: list[Any]) -> Any:
    return paddle.optimizer.Adadelta(0.0, optimizer.epsilon, optimizer.rho, parameters, coupled(optimizer.weight_decay))


@make_optimizer.register
def _adagrad(optimizer: Adagrad, parameters: list[Any]) -> Any:
    return paddle.optimizer.Adagrad(
        0.0,
        optimizer.epsilon,
        parameters,
        coupled(optimizer.weight_decay),
        initial_accumulator_value=optimizer.first_sum,
    )
