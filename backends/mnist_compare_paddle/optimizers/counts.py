"""What Paddle's optimizers keep beside their slots: numbers that follow from how many steps there were."""

from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray

from mnist_compare.recipe import Adam, Adamax, AdamW, NAdam, Optimizer

Shape = tuple[int, ...]


def counts(optimizer: Any, recipe: Optimizer, steps: int, dtype: type[np.floating]) -> dict[str, NDArray[Any]]:
    """The numbers after so many steps, by Paddle's names: one for each parameter."""
    if type(optimizer) is paddle.optimizer.NAdam and isinstance(recipe, NAdam):
        return _of_nadam(optimizer, steps, dtype)
    betas = {}
    if isinstance(recipe, Adam | AdamW):
        betas = {"beta1_pow_acc": recipe.beta1, "beta2_pow_acc": recipe.beta2}
    elif type(optimizer) is paddle.optimizer.Adamax and isinstance(recipe, Adamax):
        betas = {"beta1_pow_acc": recipe.beta1}
    return {name: np.array([_running_power(dtype(beta), steps)]) for name, beta in betas.items()}


def _of_nadam(optimizer: Any, steps: int, dtype: type[np.floating]) -> dict[str, NDArray[Any]]:
    """Rounded in every step, as Paddle's own are."""
    decay, beta2, product = (dtype(1) for _ in range(3))
    for _ in range(steps):
        decay *= dtype(0.96)
        beta2 *= dtype(optimizer._beta2)
        product *= dtype(optimizer._beta1) * (1 - dtype(0.5) * decay ** dtype(optimizer._momentum_decay))
    return {"momentum_decay_pow": np.array(decay), "beta2_pow": np.array(beta2), "mu_product": np.array(product)}


def _running_power(beta: np.floating, steps: int) -> np.floating:
    """The power for the step after so many.

    It is rounded in every step, as Paddle's own is, and not once at the end: a training that goes on from a checkpoint
    must end with the same bits as one that was never interrupted.
    """
    power = beta
    for _ in range(steps):
        before, power = power, power * beta
        if power == before:  # as small as the type has them
            break
    return power
