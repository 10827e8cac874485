"""The optimizers of torch.optim, for native mode, with torch's own defaults for what the recipe does not set."""

from functools import singledispatch
from typing import Any

import torch
from torch import Tensor

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
from mnist_compare_torch.backend import BACKEND
from mnist_compare_torch.optimizers.dispatch import Slots, UpdateRule

NAMES = {"epsilon": "eps", "first_sum": "initial_accumulator_value"}
"""What torch calls a number of an optimizer."""
MOMENTS = {"exp_avg": "first_moment", "exp_avg_sq": "second_moment"}
"""What torch calls a slot of Adam and AdamW -> its name in the canonical layout."""


class NativeOptimizer:
    """A torch.optim optimizer; `names` are torch's names of its slots, and what they are in the canonical layout."""

    def __init__(
        self,
        kind: type[torch.optim.Optimizer],
        recipe: Optimizer,
        parameters: list[Tensor],
        names: dict[str, str],
        **renamed: str,
    ) -> None:
        found = non_default_fields(recipe)
        given: dict[str, Any] = {(NAMES | renamed).get(name, name): value for name, value in found.items()}
        given.pop("learning_rate", None)
        if "beta1" in given or "beta2" in given:
            given["betas"] = (given.pop("beta1", 0.9), given.pop("beta2", 0.999))
        self._parameters, self._names = parameters, names
        self._optimizer = kind(parameters, lr=0.0, **given)

    def step(self, rate: float) -> None:
        """One step by the gradients of the parameters."""
        self._optimizer.param_groups[0]["lr"] = rate
        self._optimizer.step()

    @property
    def slots(self) -> Slots:
        """What it has made so far: nothing before the first step."""
        states = [self._optimizer.state.get(parameter, {}) for parameter in self._parameters]
        found = {slot: [state.get(key) for state in states] for key, slot in self._names.items()}
        return {slot: tensors for slot, tensors in found.items() if all(tensor is not None for tensor in tensors)}

    def restore(self, slots: Slots, number: int) -> None:
        """Go on from these slots (as at the start where there are none) after so many steps."""
        self._optimizer.state.clear()
        for i, parameter in enumerate(self._parameters) if slots else ():
            state = {key: slots[slot][i].to(parameter.device) for key, slot in self._names.items() if slot in slots}
            self._optimizer.state[parameter] = state | self.counts(number)

    def counts(self, number: int) -> dict[str, Tensor]:
        """What else torch keeps of a parameter after so many steps."""
        return {"step": torch.tensor(float(number))}


class NativeNAdam(NativeOptimizer):
    """NAdam, which keeps the product of its momenta."""

    def counts(self, number: int) -> dict[str, Tensor]:
        """What else torch keeps of a parameter after so many steps."""
        group, product = self._optimizer.param_groups[0], torch.tensor(1.0)
        for step in range(1, number + 1):  # rounded in every step, as torch's own is
            product *= group["betas"][0] * (1.0 - 0.5 * (0.96 ** (step * group["momentum_decay"])))
        return {**super().counts(number), "mu_product": product}


@singledispatch
def make_native_optimizer(recipe: Optimizer, parameters: list[Tensor]) -> UpdateRule:
    """The optimizer of torch.optim for a recipe's. Each kind registers its own.

    Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("optimizer", recipe, "optimizers.native.make_native_optimizer")


@make_native_optimizer.register
def _sgd(recipe: SGD, parameters: list[Tensor]) -> UpdateRule:
    return NativeOptimizer(torch.optim.SGD, recipe, parameters, {"momentum_buffer": "momentum"})


@make_native_optimizer.register
def _adam(recipe: Adam, parameters: list[Tensor]) -> UpdateRule:
    return NativeOptimizer(torch.optim.Adam, recipe, parameters, MOMENTS)


@make_native_optimizer.register
def _adamw(recipe: AdamW, parameters: list[Tensor]) -> UpdateRule:
    return NativeOptimizer(torch.optim.AdamW, recipe, parameters, MOMENTS)


@make_native_optimizer.register
def _nadam(recipe: NAdam, parameters: list[Tensor]) -> UpdateRule:
    return NativeNAdam(torch.optim.NAdam, recipe, parameters, MOMENTS)


@make_native_optimizer.register
def _adamax(recipe: Adamax, parameters: list[Tensor]) -> UpdateRule:
    names = {"exp_avg": "first_moment", "exp_inf": "largest_gradient"}
    return NativeOptimizer(torch.optim.Adamax, recipe, parameters, names)


@make_native_optimizer.register
def _adadelta(recipe: Adadelta, parameters: list[Tensor]) -> UpdateRule:
    names = {"square_avg": "second_moment", "acc_delta": "squared_update"}
    return NativeOptimizer(torch.optim.Adadelta, recipe, parameters, names)


@make_native_optimizer.register
def _rmsprop(recipe: RMSprop, parameters: list[Tensor]) -> UpdateRule:
    names = {"square_avg": "second_moment", "grad_avg": "first_moment", "momentum_buffer": "momentum"}
    return NativeOptimizer(torch.optim.RMSprop, recipe, parameters, names, rho="alpha")


@make_native_optimizer.register
def _adagrad(recipe: Adagrad, parameters: list[Tensor]) -> UpdateRule:
    return NativeOptimizer(torch.optim.Adagrad, recipe, parameters, {"sum": "squared_sum"})


@make_native_optimizer.register
def _lion(recipe: Lion, parameters: list[Tensor]) -> UpdateRule:
    raise BackendError(
        "PyTorch has no Lion of its own, so native mode cannot train with it. Take --mode matched, or one of "
        "sgd, adam, adamw, nadam, adamax, adadelta, rmsprop and adagrad."
    )
