"""What torch does by its own defaults, for native mode: its modules, and the optimizers of torch.optim."""

from collections.abc import Set
from functools import singledispatch
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mnist_compare.architecture import (
    BatchNorm,
    ChannelDropout,
    Dropout,
    InstanceNorm,
    Layer,
    ShapedLayer,
    StochasticDepth,
)
from mnist_compare.defaults import ARITHMETIC, GENERATOR, INITIALIZER
from mnist_compare.lowering import Lowered
from mnist_compare.recipe import SGD, Adam, AdamW, Optimizer
from mnist_compare.recipe.mode import non_default_fields
from mnist_compare_torch.backend import BACKEND
from mnist_compare_torch.layers import make_module
from mnist_compare_torch.layers.composition import ImageDropout
from mnist_compare_torch.layers.normalization import with_trained
from mnist_compare_torch.model import make_model
from mnist_compare_torch.optimizers import Slots, UpdateRule

OF_LAYERS: dict[type[Layer], str | None] = {
    BatchNorm: "running-variance",
    ChannelDropout: GENERATOR,
    Dropout: GENERATOR,
    StochasticDepth: GENERATOR,
    InstanceNorm: None,  # trained by a module that is right in every batch
}
"""The default that decides about the module of a layer; of a kind that is not here, `arithmetic` does."""
SLOTS = {"momentum_buffer": "momentum", "exp_avg": "first_moment", "exp_avg_sq": "second_moment"}


@singledispatch
def make_native_module(layer: Layer, shaped: ShapedLayer) -> nn.Module:
    """The torch module of a layer, with torch's own defaults for what the network does not set. A kind of layer of
    which torch has no other defaults registers none.
    """
    return make_module(layer, shaped)


@make_native_module.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer) -> nn.Module:
    kind = nn.BatchNorm2d if len(shaped.input_shape) == 3 else nn.BatchNorm1d
    return with_trained(kind(shaped.input_shape[0], eps=layer.epsilon, momentum=layer.momentum), layer)


@make_native_module.register
def _instance_norm(layer: InstanceNorm, shaped: ShapedLayer) -> nn.Module:
    return with_trained(nn.InstanceNorm2d(shaped.input_shape[0], layer.epsilon, affine=True), layer)


@make_native_module.register
def _dropout(layer: Dropout, shaped: ShapedLayer) -> nn.Module:
    return nn.Dropout(layer.rate)


@make_native_module.register
def _stochastic_depth(layer: StochasticDepth, shaped: ShapedLayer) -> nn.Module:
    return ImageDropout(layer.rate)


@make_native_module.register
def _channel_dropout(layer: ChannelDropout, shaped: ShapedLayer) -> nn.Module:
    return nn.Dropout2d(layer.rate)


def make_own_model(lowered: Lowered, defaults: Set[str]) -> nn.Sequential:
    """The network with torch's own modules for these defaults. The weights that torch draws are kept where they count,
    whatever order they then take.
    """

    def make(layer: Layer, shaped: ShapedLayer) -> nn.Module:
        own = OF_LAYERS.get(type(layer), ARITHMETIC) in defaults
        return make_native_module(layer, shaped) if own else make_module(layer, shaped)

    model = make_model(lowered, make)
    for name, parameter in model.named_parameters() if INITIALIZER in defaults else ():
        parameter.data = torch.from_numpy(
            np.ascontiguousarray(lowered.flat_order.reorder(name, parameter.detach().numpy()))
        )
    return model


class NativeOptimizer:
    """A torch.optim optimizer, with torch's own defaults for what the recipe does not set."""

    def __init__(self, kind: type[torch.optim.Optimizer], recipe: Optimizer, parameters: list[Tensor]) -> None:
        given: dict[str, Any] = non_default_fields(recipe) | {"lr": 0.0}
        given.pop("learning_rate", None)
        if "beta1" in given or "beta2" in given:
            given["betas"] = (given.pop("beta1", 0.9), given.pop("beta2", 0.999))
        if "epsilon" in given:
            given["eps"] = given.pop("epsilon")
        self._parameters = parameters
        self._optimizer = kind(parameters, **given)

    def step(self, rate: float) -> None:
        """One step by the gradients of the parameters."""
        self._optimizer.param_groups[0]["lr"] = rate
        self._optimizer.step()

    @property
    def slots(self) -> Slots:
        """What it has made so far: nothing before the first step."""
        states = [self._optimizer.state.get(parameter, {}) for parameter in self._parameters]
        found = {slot: [state.get(key) for state in states] for key, slot in SLOTS.items()}
        return {slot: tensors for slot, tensors in found.items() if all(tensor is not None for tensor in tensors)}

    def restore(self, slots: Slots, number: int) -> None:
        """Go on from these slots (as at the start where there are none) after so many steps."""
        self._optimizer.state.clear()
        for i, parameter in enumerate(self._parameters):
            state = {key: slots[slot][i].to(parameter.device) for key, slot in SLOTS.items() if slot in slots}
            if "exp_avg" in state:
                state["step"] = torch.tensor(float(number))
            if state:
                self._optimizer.state[parameter] = state


@singledispatch
def make_native_optimizer(recipe: Optimizer, parameters: list[Tensor]) -> UpdateRule:
    """The optimizer of torch.optim for a recipe's. Each kind registers its own.

    Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("optimizer", recipe, "native.make_native_optimizer")


@make_native_optimizer.register
def _sgd(recipe: SGD, parameters: list[Tensor]) -> UpdateRule:
    return NativeOptimizer(torch.optim.SGD, recipe, parameters)


@make_native_optimizer.register
def _adam(recipe: Adam, parameters: list[Tensor]) -> UpdateRule:
    return NativeOptimizer(torch.optim.Adam, recipe, parameters)


@make_native_optimizer.register
def _adamw(recipe: AdamW, parameters: list[Tensor]) -> UpdateRule:
    return NativeOptimizer(torch.optim.AdamW, recipe, parameters)
