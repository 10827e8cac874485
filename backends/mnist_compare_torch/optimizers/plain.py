"""NAdam and Lion in plain operations of torch, for all parameters at once.

torch's own NAdam keeps the product of its momenta as float32, in a network of float64 too; Lion it does not have.
"""

import torch
from torch import Tensor

from mnist_compare.recipe import Lion, NAdam
from mnist_compare_torch.optimizers.dispatch import MatchedOptimizer, Slots, UpdateRule, make_optimizer


class MatchedNAdam(MatchedOptimizer):
    """NAdam. What changes from step to step is computed where the parameters lie, so that a CUDA graph can hold it."""

    _recipe: NAdam

    def __init__(self, recipe: NAdam, parameters: list[Tensor]) -> None:
        super().__init__(recipe, parameters)
        self._products = torch.from_numpy(recipe.momentum_products()).to(parameters[0].device)
        self._number = torch.zeros((), dtype=torch.float64, device=parameters[0].device)

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """One step by the gradients of the parameters."""
        self._number += 1
        recipe, first, second = self._recipe, self.slots["first_moment"], self.slots["second_moment"]
        gradients = self._gradients
        if recipe.weight_decay:
            gradients = list(torch._foreach_add(gradients, self._parameters, alpha=recipe.weight_decay))
        torch._foreach_mul_(first, recipe.beta1)
        torch._foreach_add_(first, gradients, alpha=1 - recipe.beta1)
        torch._foreach_mul_(second, recipe.beta2)
        torch._foreach_addcmul_(second, gradients, gradients, 1 - recipe.beta2)
        roots = torch._foreach_div(second, 1 - recipe.beta2**self._number)
        torch._foreach_sqrt_(roots)
        torch._foreach_add_(roots, recipe.epsilon)
        ahead = self._momentum(1) / (1 - self._product(1))
        means = torch._foreach_mul(first, ahead)
        torch._foreach_add_(means, torch._foreach_mul(gradients, (1 - self._momentum()) / (1 - self._product())))
        torch._foreach_addcdiv_(self._parameters, means, roots, -rate)

    def _momentum(self, later: int = 0) -> Tensor:
        decay = 0.96 ** ((self._number + later) * self._recipe.momentum_decay)
        return self._recipe.beta1 * (1 - 0.5 * decay)

    def _product(self, later: int = 0) -> Tensor:
        place = (self._number + later).clamp(max=len(self._products) - 1).long()
        return self._products.index_select(0, place.reshape(1)).squeeze(0)

    def restore(self, slots: Slots, number: int) -> None:
        super().restore(slots, number)
        self._number.fill_(number)


class MatchedLion(MatchedOptimizer):
    """Lion."""

    _recipe: Lion

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """One step by the gradients of the parameters."""
        recipe, first, gradients = self._recipe, self.slots["first_moment"], self._gradients
        directions = torch._foreach_mul(first, recipe.beta1)
        torch._foreach_add_(directions, gradients, alpha=1 - recipe.beta1)
        torch._foreach_sign_(directions)
        torch._foreach_mul_(first, recipe.beta2)
        torch._foreach_add_(first, gradients, alpha=1 - recipe.beta2)
        if recipe.weight_decay:
            torch._foreach_mul_(self._parameters, 1 - rate * recipe.weight_decay)
        torch._foreach_add_(self._parameters, directions, alpha=-rate)


@make_optimizer.register
def _nadam(recipe: NAdam, parameters: list[Tensor]) -> UpdateRule:
    return MatchedNAdam(recipe, parameters)


@make_optimizer.register
def _lion(recipe: Lion, parameters: list[Tensor]) -> UpdateRule:
    return MatchedLion(recipe, parameters)
