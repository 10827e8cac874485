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


class MatchedOptimizer:
    """An optimizer with the slots of its recipe, which lie where the parameters do."""

    def __init__(self, recipe: Optimizer, parameters: list[Tensor]) -> None:
        self._recipe, self._parameters = recipe, parameters
        # A fused step reads parameter and slot in the order of memory, so both must lie alike, as full_like makes them.
        self.slots = {
            slot: [torch.full_like(parameter, self._first(slot)) for parameter in parameters] for slot in recipe.slots
        }

    @property
    def _gradients(self) -> list[Tensor]:
        return [parameter.grad for parameter in self._parameters if parameter.grad is not None]

    @torch.no_grad()
    def restore(self, slots: Slots, number: int) -> None:
        """Go on from these slots (as at the start where there are none) after so many steps."""
        for slot, tensors in self.slots.items():
            for i, tensor in enumerate(tensors):
                tensor.copy_(slots[slot][i]) if slot in slots else tensor.fill_(self._first(slot))

    def _first(self, slot: str) -> float:
        return self._recipe.first_values.get(slot, 0.0)
