"""What torch does by its own defaults, for native mode: its modules."""

from collections.abc import Set
from functools import singledispatch

import numpy as np
import torch
from torch import nn

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
from mnist_compare_torch.layers import make_module
from mnist_compare_torch.layers.composition import ImageDropout
from mnist_compare_torch.layers.normalization import with_trained
from mnist_compare_torch.model import make_model

OF_LAYERS: dict[type[Layer], str | None] = {
    BatchNorm: "running-variance",
    ChannelDropout: GENERATOR,
    Dropout: GENERATOR,
    StochasticDepth: GENERATOR,
    InstanceNorm: None,  # trained by a module that is right in every batch
}
"""The default that decides about the module of a layer; of a kind that is not here, `arithmetic` does."""


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
