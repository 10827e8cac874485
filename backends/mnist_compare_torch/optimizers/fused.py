"""SGD, Adam and AdamW: calls of torch's fused updates, which take the learning rate with every step."""

import torch
from torch import Tensor

from mnist_compare.recipe import SGD, Adam, AdamW
from mnist_compare_torch.optimizers.dispatch import MatchedOptimizer, Slots, UpdateRule, make_optimizer


class MatchedSGD(MatchedOptimizer):
    """v = momentum v + g; w -= lr v. It calls what `torch.optim.SGD.step` calls, without what that looks up first."""

    _recipe: SGD

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """One step by the gradients of the parameters."""
        torch._fused_sgd_(
            self._parameters,
            self._gradients,
            self.slots.get("momentum", []),
            weight_decay=self._recipe.weight_decay,
            momentum=self._recipe.momentum,
            lr=rate,
            dampening=0.0,
            nesterov=self._recipe.nesterov,
            maximize=False,
            is_first_step=False,
        )


class MatchedAdam(MatchedOptimizer):
    """Adam and AdamW, by what `torch.optim.Adam.step` calls, without what that looks up first."""

    _recipe: Adam | AdamW

    def __init__(self, recipe: Adam | AdamW, parameters: list[Tensor]) -> None:
        super().__init__(recipe, parameters)
        self._update = torch._fused_adamw_ if isinstance(recipe, AdamW) else torch._fused_adam_
        self._number = torch.zeros((), device=parameters[0].device)

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """One step by the gradients of the parameters."""
        self._number += 1
        self._update(
            self._parameters,
            self._gradients,
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
        super().restore(slots, number)
        self._number.fill_(number)


@make_optimizer.register
def _sgd(recipe: SGD, parameters: list[Tensor]) -> UpdateRule:
    return MatchedSGD(recipe, parameters)


@make_optimizer.register
def _adam(recipe: Adam | AdamW, parameters: list[Tensor]) -> UpdateRule:
    return MatchedAdam(recipe, parameters)
