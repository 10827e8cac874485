"""torch modules whose semantics the core decides: dropout with given factors, batch norm with the biased variance."""

from collections import OrderedDict
from collections.abc import Callable
from functools import singledispatch

import torch
from torch import Tensor, nn

from mnist_compare.architecture import (
    BatchNorm,
    Convolution,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPooling,
    ReLU,
    ShapedLayer,
)
from mnist_compare.lowering import Lowered
from mnist_compare_torch.backend import BACKEND


class MaskedDropout(nn.Module):
    """Dropout whose factors (0 or 1 / (1 - rate)) are set for every batch, instead of drawn."""

    factors: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """X times the factors in training, x in evaluation."""
        return x * self.factors if self.training else x


class PooledConvolution(nn.Module):
    """A convolution and the pooling behind it. The bias is added last, to fewer values: oneDNN takes long for its
    gradient.
    """

    def __init__(self, convolution: nn.Conv2d, pooling: nn.Module) -> None:
        super().__init__()
        self.weight, self.bias = convolution.weight, convolution.bias  # under the names that they had
        self.stride, self.padding = convolution.stride, convolution.padding
        self.pooling = pooling

    def forward(self, x: Tensor) -> Tensor:
        """X [N, C, H, W] convolved and pooled."""
        y = self.pooling(nn.functional.conv2d(x, self.weight, None, self.stride, self.padding))
        return y + self.bias.to(y.dtype).view(-1, 1, 1)


class ChannelsLastFlatten(nn.Module):
    """Flatten in the order in which the values lie in memory, so that none is moved."""

    def forward(self, x: Tensor) -> Tensor:
        """X [N, C, H, W] as [N, H W C]."""
        return x.permute(0, 2, 3, 1).flatten(1)


class _BiasedBatchNorm(nn.modules.batchnorm._BatchNorm):
    """Keeps the biased running variance, as Keras and Paddle do; torch's own keeps the unbiased one."""

    running_var: Tensor
    momentum: float

    def _check_input_dim(self, input: Tensor) -> None:
        pass

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        kept, unbiased = self.running_var * (1 - self.momentum), self.running_var.clone()
        y = nn.functional.batch_norm(
            x, self.running_mean, unbiased, self.weight, self.bias, True, self.momentum, self.eps
        )
        count = x.numel() // x.shape[1]
        # The new share times (count - 1) / count. Backward holds `unbiased`, and a captured step its own tensors.
        torch.lerp(unbiased, kept, 1 / count, out=self.running_var)
        return y


@singledispatch
def make_module(layer: Layer, shaped: ShapedLayer) -> nn.Module:
    """The torch module of a layer, which stands in the network as `shaped`. Each kind of layer registers its own.

    Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("layer", layer, "layers.make_module")


@make_module.register
def _convolution(layer: Convolution, shaped: ShapedLayer) -> nn.Module:
    channels = shaped.input_shape[0]
    return nn.Conv2d(channels, layer.channels, layer.kernel, layer.stride, layer.padding, bias=layer.bias)


@make_module.register
def _max_pooling(layer: MaxPooling, shaped: ShapedLayer) -> nn.Module:
    return nn.MaxPool2d(layer.size, layer.step)


@make_module.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer) -> nn.Module:
    return _BiasedBatchNorm(shaped.input_shape[0], eps=layer.epsilon, momentum=layer.momentum)


@make_module.register
def _relu(layer: ReLU, shaped: ShapedLayer) -> nn.Module:
    return nn.ReLU()


@make_module.register
def _dropout(layer: Dropout, shaped: ShapedLayer) -> nn.Module:
    return MaskedDropout()


@make_module.register
def _linear(layer: Linear, shaped: ShapedLayer) -> nn.Module:
    return nn.Linear(shaped.input_shape[0], layer.features, bias=layer.bias)


@make_module.register
def _flatten(layer: Flatten, shaped: ShapedLayer) -> nn.Module:
    return nn.Flatten()


def make_model(lowered: Lowered, make: Callable[[Layer, ShapedLayer], nn.Module] = make_module) -> nn.Sequential:
    """The network as nn.Sequential; its state has the canonical names, and its values the order of `flat_order`."""
    modules = OrderedDict((shaped.name, make(shaped.layer, shaped)) for shaped in lowered.layers)
    for convolution, pooling in lowered.pooled_biases.items():
        modules[convolution] = PooledConvolution(modules[convolution], modules.pop(pooling))
    for shaped in lowered.layers:
        if isinstance(shaped.layer, Flatten) and len(shaped.input_shape) == 3 and shaped.name in lowered.flat_order:
            modules[shaped.name] = ChannelsLastFlatten()
    return nn.Sequential(modules)
