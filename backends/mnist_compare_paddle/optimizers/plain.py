"""RMSprop, NAdam, Adamax and Lion in plain operations of Paddle.

Paddle's own RMSProp adds epsilon in the root and has the learning rate in the velocity; its Adamax adds epsilon to what
the largest gradient keeps; its NAdam keeps three numbers of the step for every weight, which no other framework has,
and Lion it does not have.
"""

from typing import Any

import paddle

from mnist_compare.recipe import Adamax, Lion, NAdam, Optimizer, RMSprop
from mnist_compare_paddle.defaults import EPSILON, MOMENTUM_FORM
from mnist_compare_paddle.optimizers.dispatch import coupled, make_optimizer


class Plain(paddle.optimizer.Optimizer):
    """An optimizer made from the recipe's values. `number` counts its steps; `own` are the defaults in which it does as
    Paddle's own optimizers do.
    """

    own: frozenset[str] = frozenset()
    number = 0

    def __init__(self, recipe: Optimizer, parameters: list[Any], decay: float) -> None:
        super().__init__(0.0, parameters, coupled(decay))
        self.recipe = recipe
        self.slot_names = {slot: slot for slot in recipe.slots}

    def step(self) -> None:
        """One step by the gradients of the parameters."""
        self.number += 1
        super().step()

    def _create_accumulators(self, block: Any, parameters: list[Any]) -> None:
        for parameter in parameters:
            for slot in self.recipe.slots:
                self._add_accumulator(slot, parameter, fill_value=self.recipe.first_values.get(slot, 0.0))

    def _append_optimize_op(self, block: Any, param_and_grad: tuple[Any, Any]) -> None:
        parameter, gradient = param_and_grad
        with paddle.no_grad():
            self.update(parameter, gradient, self.get_lr())

    def update(self, parameter: Any, gradient: Any, rate: float) -> None:
        """One step of one parameter."""
        raise NotImplementedError

    def slot(self, name: str, parameter: Any) -> Any:
        """The slot of that name of a parameter."""
        return self._get_accumulator(name, parameter)


class MatchedRMSprop(Plain):
    """RMSprop."""

    recipe: RMSprop

    def update(self, parameter: Any, gradient: Any, rate: float) -> None:
        """One step of one parameter."""
        recipe, second = self.recipe, self.slot("second_moment", parameter)
        second.scale_(recipe.rho).add_((1 - recipe.rho) * gradient * gradient)
        spread = second
        if recipe.centered:
            first = self.slot("first_moment", parameter)
            first.scale_(recipe.rho).add_((1 - recipe.rho) * gradient)
            spread = second - first * first
        inside = EPSILON in self.own
        direction = gradient / (
            paddle.sqrt(spread + recipe.epsilon) if inside else paddle.sqrt(spread) + recipe.epsilon
        )
        within = MOMENTUM_FORM in self.own
        if recipe.momentum:
            velocity = self.slot("momentum", parameter)
            direction = velocity.scale_(recipe.momentum).add_(direction * rate if within else direction)
        parameter.subtract_(direction if within and recipe.momentum else direction * rate)


class MatchedNAdam(Plain):
    """NAdam."""

    recipe: NAdam

    def update(self, parameter: Any, gradient: Any, rate: float) -> None:
        """One step of one parameter."""
        recipe, number = self.recipe, self.number
        first, second = self.slot("first_moment", parameter), self.slot("second_moment", parameter)
        first.scale_(recipe.beta1).add_((1 - recipe.beta1) * gradient)
        second.scale_(recipe.beta2).add_((1 - recipe.beta2) * gradient * gradient)
        products = recipe.momentum_products()
        here, ahead = (float(products[min(step, len(products) - 1)]) for step in (number, number + 1))
        mean = first * (recipe.momentum(number + 1) / (1 - ahead))
        mean = mean + gradient * ((1 - recipe.momentum(number)) / (1 - here))
        root = paddle.sqrt(second / (1 - recipe.beta2**number)) + recipe.epsilon
        parameter.subtract_(mean / root * rate)


class MatchedAdamax(Plain):
    """Adamax."""

    recipe: Adamax

    def update(self, parameter: Any, gradient: Any, rate: float) -> None:
        """One step of one parameter."""
        recipe, size = self.recipe, gradient.abs()
        first, largest = self.slot("first_moment", parameter), self.slot("largest_gradient", parameter)
        first.scale_(recipe.beta1).add_((1 - recipe.beta1) * gradient)
        kept = largest * recipe.beta2
        own = EPSILON in self.own
        paddle.assign(
            paddle.maximum(kept + recipe.epsilon, size) if own else paddle.maximum(kept, size + recipe.epsilon), largest
        )
        parameter.subtract_(first / largest * (rate / (1 - recipe.beta1**self.number)))


class MatchedLion(Plain):
    """Lion, whose weight decay is decoupled."""

    recipe: Lion

    def update(self, parameter: Any, gradient: Any, rate: float) -> None:
        """One step of one parameter."""
        recipe, first = self.recipe, self.slot("first_moment", parameter)
        direction = paddle.sign(first * recipe.beta1 + gradient * (1 - recipe.beta1))
        first.scale_(recipe.beta2).add_((1 - recipe.beta2) * gradient)
        if recipe.weight_decay:
            parameter.subtract_(parameter * (rate * recipe.weight_decay))
        parameter.subtract_(direction * rate)


@make_optimizer.register
def _rmsprop(optimizer: RMSprop, parameters: list[Any]) -> Any:
    return MatchedRMSprop(optimizer, parameters, optimizer.weight_decay)


@make_optimizer.register
def _nadam(optimizer: NAdam, parameters: list[Any]) -> Any:
    return MatchedNAdam(optimizer, parameters, optimizer.weight_decay)


@make_optimizer.register
def _adamax(optimizer: Adamax, parameters: list[Any]) -> Any:
    return MatchedAdamax(optimizer, parameters, optimizer.weight_decay)


@make_optimizer.register
def _lion(optimizer: Lion, parameters: list[Any]) -> Any:
    return MatchedLion(optimizer, parameters, 0.0)
