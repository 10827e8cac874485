"""Paddle's own optimizers, for native mode, with Paddle's defaults for what the recipe does not set."""

from functools import singledispatch
from typing import Any

import paddle

from mnist_compare.errors import BackendError
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
from mnist_compare.recipe.mode import non_default_fields
from mnist_compare_paddle.backend import BACKEND
from mnist_compare_paddle.optimizers.dispatch import make_optimizer
from mnist_compare_paddle.optimizers.plain import Plain


@singledispatch
def make_native_optimizer(optimizer: Optimizer, parameters: list[Any]) -> Any:
    """The Paddle optimizer with Paddle's own defaults for what the recipe does not set. Each kind registers its own;
    raises BackendError for one that has none.
    """
    raise BACKEND.lacks("optimizer", optimizer, "optimizers.native.make_native_optimizer")


@make_native_optimizer.register
def _sgd(optimizer: SGD, parameters: list[Any]) -> Any:
    given = _given(optimizer, parameters)
    if "nesterov" in given:
        given["use_nesterov"] = given.pop("nesterov")
    return (paddle.optimizer.Momentum if "momentum" in given else paddle.optimizer.SGD)(**given)


@make_native_optimizer.register
def _adam(optimizer: Adam, parameters: list[Any]) -> Any:
    return paddle.optimizer.Adam(**_given(optimizer, parameters))


@make_native_optimizer.register
def _adamw(optimizer: AdamW, parameters: list[Any]) -> Any:
    return paddle.optimizer.AdamW(**_given(optimizer, parameters))


@make_native_optimizer.register
def _nadam(optimizer: NAdam, parameters: list[Any]) -> Any:
    return paddle.optimizer.NAdam(**_given(optimizer, parameters))


@make_native_optimizer.register
def _adamax(optimizer: Adamax, parameters: list[Any]) -> Any:
    return paddle.optimizer.Adamax(**_given(optimizer, parameters))


@make_native_optimizer.register
def _adadelta(optimizer: Adadelta, parameters: list[Any]) -> Any:
    return paddle.optimizer.Adadelta(**_given(optimizer, parameters))


@make_native_optimizer.register
def _rmsprop(optimizer: RMSprop, parameters: list[Any]) -> Any:
    return paddle.optimizer.RMSProp(**_given(optimizer, parameters))


@make_native_optimizer.register
def _adagrad(optimizer: Adagrad, parameters: list[Any]) -> Any:
    return paddle.optimizer.Adagrad(**_given(optimizer, parameters))


@make_native_optimizer.register
def _lion(optimizer: Lion, parameters: list[Any]) -> Any:
    raise BackendError(
        "Paddle has no Lion of its own, so native mode cannot train with it. Take --mode matched, or one of "
        "sgd, adam, adamw, nadam, adamax, adadelta, rmsprop and adagrad."
    )


def make_own_optimizer(recipe: Optimizer, parameters: list[Any], defaults: frozenset[str]) -> Any:
    """The optimizer that does as Paddle's own in these defaults, and in all else as those of other frameworks."""
    optimizer = make_optimizer(recipe, parameters)
    if isinstance(optimizer, Plain):
        optimizer.own = defaults
    return optimizer


def _given(optimizer: Optimizer, parameters: list[Any]) -> dict[str, Any]:
    """What Paddle is told of it; the learning rate is set before every step."""
    given = non_default_fields(optimizer) | {"learning_rate": 0.0, "parameters": parameters}
    if "first_sum" in given:
        given["initial_accumulator_value"] = given.pop("first_sum")
    return given
