"""The optimizers of a recipe: calls of torch's own update rules, which take the learning rate with every step."""

from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Protocol

import torch
from torch import Tensor

from mnist_compare.recipe import SGD, Adam, AdamW, Optimizer
from mnist_compare_torch.backend import BACKEND

Slots = Mapping[str, Sequence[Tensor]]
"""The tensors of a slot of the canonical layout, in the order of the parameters."""


class UpdateRule(Protocol):
    """An optimizer that holds the parameters that it moves."""

    @property
    def slots(self) -> Slots:
        """What it remembers, by the names of the canonical layout."""

    def step(self, rate: float) -> None:
        """One step by the gradients of the parameters."""

    def restore(self, slots: Slots, number: int) -> None:
        """Go on from these slots (zero where there are none) after so many steps."""


class MatchedSGD:
    """v = momentum v + g; w -= lr v. It calls what `torch.optim.SGD.step` calls, without what that looks up first."""

    def __init__(self, recipe: SGD, parameters: list[Tensor]) -> None:
        self._recipe, self._parameters = recipe, parameters
        self.slots = {"momentum": _zeros(parameters)} if recipe.momentum else {}

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """One step by the gradients of the parameters."""
        torch._fused_sgd_(
            self._parameters,
            _gradients(self._parameters),
            self.slots.get("momentum", []),
            weight_decay=self._recipe.weight_decay,
            momentum=self._recipe.momentum,
            lr=rate,
            dampening=0.0,
            nesterov=self._recipe.nesterov,
            maximize=False,
            is_first_step=False,
        )

    def restore(self, slots: Slots, number: int) -> None:
        """Go on from these slots (zero where there are none) after so many steps."""
        _fill(self.slots, slots)


class MatchedAdam:
    """Adam and AdamW, by what `torch.optim.Adam.step` calls, without what that looks up first."""

    def __init__(self, recipe: Adam | AdamW, parameters: list[Tensor]) -> None:
        self._recipe, self._parameters = recipe, parameters
        self._update = torch._fused_adamw_ if isinstance(recipe, AdamW) else torch._fused_adam_
        self._number = torch.zeros((), device=parameters[0].device)
        self.slots = {"first_moment": _zeros(parameters), "second_moment": _zeros(parameters)}

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """One step by the gradients of the parameters."""
        self._number += 1
        self._update(
            self._parameters,
            _gradients(self._parameters),
            self.slots["first_moment"],
            self.slots["second_moment"],
            [],
            [self._number] * len(self._parameters),
            lr=rate,
            beta1=self._recipe.beta1,
            beta2=self._recipe.beta2,
            weight_decay=self._recipe.weight_decay,
            eps=self._recipe.epsilon,
            amsgrad=False,
            maximize=False,
        )

    def restore(self, slots: Slots, number: int) -> None:
        """Go on from these slots (zero where there are none) after so many steps."""
        _fill(self.slots, slots)
        self._number.fill_(number)


@singledispatch
def make_optimizer(recipe: Optimizer, parameters: list[Tensor]) -> UpdateRule:
    """The optimizer of a recipe. Each kind registers its own; raises BackendError for one that has none."""
    raise BACKEND.lacks("optimizer", recipe, "optimizers.make_optimizer")


@make_optimizer.register
def _sgd(recipe: SGD, parameters: list[Tensor]) -> UpdateRule:
    return MatchedSGD(recipe, parameters)


@make_optimizer.register
def _adam(recipe: Adam | AdamW, parameters: list[Tensor]) -> UpdateRule:
    return MatchedAdam(recipe, parameters)


def _zeros(parameters: list[Tensor]) -> list[Tensor]:
    # A fused step reads parameter and slot in the order of memory, so both must lie alike, as zeros_like makes them.
    return [torch.zeros_like(parameter) for parameter in parameters]


def _gradients(parameters: list[Tensor]) -> list[Tensor]:
    return [parameter.grad for parameter in parameters if parameter.grad is not None]


@torch.no_grad()
def _fill(own: Slots, given: Slots) -> None:
    for slot, tensors in own.items():
        for i, tensor in enumerate(tensors):
            tensor.copy_(given[slot][i]) if slot in given else tensor.zero_()
