"""Adadelta, RMSprop, Adagrad and Adamax: the functions that torch's own optimizers call.

On a GPU they take all parameters at once. On a CPU they take one after the other, which is the same to the bit and
faster: an array stays in the cache from one operation to the next.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim.adadelta import adadelta
from torch.optim.adagrad import adagrad
from torch.optim.adamax import adamax
from torch.optim.rmsprop import rmsprop

from mnist_compare.recipe import Adadelta, Adagrad, Adamax, RMSprop
from mnist_compare_torch.optimizers.dispatch import MatchedOptimizer, Slots, UpdateRule, make_optimizer

Recipes = Adadelta | Adagrad | Adamax | RMSprop


class MatchedForeach(MatchedOptimizer):
    """An optimizer whose step is a function of torch.optim, which takes `order` of its slots and these numbers."""

    _recipe: Recipes

    def __init__(
        self,
        update: Callable[..., None],
        recipe: Recipes,
        parameters: list[Tensor],
        order: tuple[str, ...],
        **given: Any,
    ) -> None:
        super().__init__(recipe, parameters)
        self._update, self._order, self._given = update, order, given
        # Captured in a CUDA graph, a step must count on the GPU.
        on_gpu = {"device": parameters[0].device} if given.get("capturable") else {}
        self._numbers = [torch.zeros((), dtype=torch.float64, **on_gpu) for _ in parameters]

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """One step by the gradients of the parameters."""
        self._update(
            self._parameters,
            self._gradients,
            *(self.slots.get(slot, []) for slot in self._order),
            self._numbers,
            lr=rate,
            weight_decay=self._recipe.weight_decay,
            foreach=self._parameters[0].is_cuda,
            maximize=False,
            **self._given,
        )

    def restore(self, slots: Slots, number: int) -> None:
        super().restore(slots, number)
        for count in self._numbers:
            count.fill_(number)


@make_optimizer.register
def _adadelta(recipe: Adadelta, parameters: list[Tensor]) -> UpdateRule:
    return MatchedForeach(adadelta, recipe, parameters, recipe.slots, rho=recipe.rho, eps=recipe.epsilon)


@make_optimizer.register
def _rmsprop(recipe: RMSprop, parameters: list[Tensor]) -> UpdateRule:
    numbers = {"alpha": recipe.rho, "eps": recipe.epsilon, "momentum": recipe.momentum, "centered": recipe.centered}
    order = ("second_moment", "first_moment", "momentum")
    return MatchedForeach(rmsprop, recipe, parameters, order, **numbers)


@make_optimizer.register
def _adagrad(recipe: Adagrad, parameters: list[Tensor]) -> UpdateRule:
    return MatchedForeach(adagrad, recipe, parameters, recipe.slots, lr_decay=0.0, eps=recipe.epsilon)


@make_optimizer.register
def _adamax(recipe: Adamax, parameters: list[Tensor]) -> UpdateRule:
    numbers = {"beta1": recipe.beta1, "beta2": recipe.beta2, "eps": recipe.epsilon}
    return MatchedForeach(adamax, recipe, parameters, recipe.slots, capturable=parameters[0].is_cuda, **numbers)
