"""Running averages of the parameters, around any optimizer."""

import torch
from torch import Tensor

from mnist_compare.recipe.recipe import AVERAGE
from mnist_compare_torch.optimizers.dispatch import Slots, UpdateRule


class Averaged:
    """An optimizer after whose steps an average becomes decay * average + (1 - decay) * parameter."""

    def __init__(self, optimizer: UpdateRule, parameters: list[Tensor], decay: float) -> None:
        self._optimizer, self._parameters, self._decay = optimizer, parameters, decay
        self._averages = [parameter.detach().clone() for parameter in parameters]

    @property
    def slots(self) -> Slots:
        """What the optimizer remembers, and the averages."""
        return {**self._optimizer.slots, AVERAGE: self._averages}

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """One step by the gradients of the parameters."""
        self._optimizer.step(rate)
        torch._foreach_mul_(self._averages, self._decay)
        torch._foreach_add_(self._averages, self._parameters, alpha=1 - self._decay)

    @torch.no_grad()
    def restore(self, slots: Slots, number: int) -> None:
        """Go on from these slots after so many steps; without averages among them, those are the parameters."""
        self._optimizer.restore({slot: tensors for slot, tensors in slots.items() if slot != AVERAGE}, number)
        for average, found in zip(self._averages, slots.get(AVERAGE, self._parameters), strict=True):
            average.copy_(found)

    @torch.no_grad()
    def swap(self) -> None:
        """Exchange parameters and averages."""
        for parameter, average in zip(self._parameters, self._averages, strict=True):
            kept = parameter.clone()
            parameter.copy_(average)
            average.copy_(kept)
