"""How the optimizer of a recipe is found, and what all of them share."""

from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Protocol

import torch
from torch import Tensor

from mnist_compare.recipe import Optimizer
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
        """Go on from these slots (as at the start where there are none) after so many steps."""


@singledispatch
def make_optimizer(recipe: Optimizer, parameters: list[Tensor]) -> UpdateRule:
    """The optimizer of a recipe. Each kind registers its own; raises BackendError for one that has none."""
    raise BACKEND.lacks("optimizer", recipe, "optimizers.make_optimizer")


def new_slots(recipe: Optimizer, parameters: list[Tensor]) -> dict[str, list[Tensor]]:
    """The slots of an optimizer as they are before the first step."""
    # A fused step reads parameter and slot in the order of memory, so both must lie alike, as full_like makes them.
    first = recipe.first_values
    return {slot: [torch.full_like(p, first.get(slot, 0.0)) for p in parameters] for slot in recipe.slots}


def gradients_of(parameters: list[Tensor]) -> list[Tensor]:
    """The gradients of the parameters."""
    return [parameter.grad for parameter in parameters if parameter.grad is not None]


@torch.no_grad()
def fill_slots(recipe: Optimizer, own: Slots, given: Slots) -> None:
    """Put the given values into the slots; where there are none, those before the first step."""
    for slot, tensors in own.items():
        for i, tensor in enumerate(tensors):
            tensor.copy_(given[slot][i]) if slot in given else tensor.fill_(recipe.first_values.get(slot, 0.0))
