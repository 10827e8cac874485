"""The optimizers of a recipe: Paddle's own, whose learning rate is set before every step."""

from typing import Any

import paddle

from mnist_compare.recipe import SGD, Adam, AdamW, Optimizer

SLOTS = {"velocity": "momentum", "moment1": "first_moment", "moment2": "second_moment"}
"""What Paddle calls a slot -> its name in the canonical layout."""


def make_optimizer(optimizer: Optimizer, parameters: list[Any]) -> Any:
    """The Paddle optimizer; its learning rate is set before every step."""
    match optimizer:
        case SGD(momentum=momentum, nesterov=nesterov, weight_decay=decay) if momentum:
            return paddle.optimizer.Momentum(
                0.0, momentum, parameters, use_nesterov=nesterov, weight_decay=_coupled(decay)
            )
        case SGD(weight_decay=decay):
            return paddle.optimizer.SGD(0.0, parameters, weight_decay=_coupled(decay))
        case Adam(beta1=beta1, beta2=beta2, epsilon=epsilon, weight_decay=decay):
            return paddle.optimizer.Adam(0.0, beta1, beta2, epsilon, parameters, _coupled(decay))
        case AdamW(beta1=beta1, beta2=beta2, epsilon=epsilon, weight_decay=decay):
            return paddle.optimizer.AdamW(0.0, beta1, beta2, epsilon, parameters, decay)


def _coupled(decay: float) -> Any:
    return paddle.regularizer.L2Decay(decay) if decay else None
