"""How the Paddle optimizer of a recipe is found, and what its slots are called."""

from functools import singledispatch
from typing import Any

import paddle

from mnist_compare.recipe import Optimizer
from mnist_compare_paddle.backend import BACKEND

_MOMENTS = {"moment1": "first_moment", "moment2": "second_moment"}
SLOTS: dict[type[Any], dict[str, str]] = {
    paddle.optimizer.Momentum: {"velocity": "momentum"},
    paddle.optimizer.Adam: _MOMENTS,
    paddle.optimizer.AdamW: _MOMENTS,
    paddle.optimizer.NAdam: _MOMENTS,
    paddle.optimizer.Adamax: {"moment": "first_moment", "inf_norm": "largest_gradient"},
    paddle.optimizer.Adadelta: {"_avg_squared_grad": "second_moment", "_avg_squared_update": "squared_update"},
    paddle.optimizer.RMSProp: {"mean_square": "second_moment", "mean_grad": "first_moment", "momentum": "momentum"},
    paddle.optimizer.Adagrad: {"moment": "squared_sum"},
}
"""What each of Paddle's optimizers calls a slot -> its name in the canonical layout."""


def slot_names(optimizer: Any) -> dict[str, str]:
    """What an optimizer calls its slots -> their names in the canonical layout. One that is not Paddle's own says them
    in its attribute `slot_names`.
    """
    names: dict[str, str] = getattr(optimizer, "slot_names", None) or SLOTS.get(type(optimizer), {})
    return names


@singledispatch
def make_optimizer(optimizer: Optimizer, parameters: list[Any]) -> Any:
    """The Paddle optimizer; its learning rate is set before every step. Each kind registers its own.

    Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("optimizer", optimizer, "optimizers.make_optimizer")


def coupled(decay: float) -> Any:
    """The weight decay that is added to the gradient; None where there is none."""
    return paddle.regularizer.L2Decay(decay) if decay else None
