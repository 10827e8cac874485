"""Normalizations: batch norm with the biased variance, and torch's own of other kinds."""

from typing import TypeVar

import torch
from torch import Tensor, nn

from mnist_compare.architecture import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, LocalResponseNorm, ShapedLayer
from mnist_compare_torch.layers.dispatch import make_module

Trained = BatchNorm | GroupNorm | InstanceNorm | LayerNorm
Norm = TypeVar("Norm", bound=nn.Module)


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


def with_trained(norm: Norm, layer: Trained) -> Norm:
    """The module with 1 for the factors and 0 for the summands that the layer has not, which no optimizer sees.

    torch's modules have both or none, and its functions do not go back through every normalization that has one.
    """
    for name, trained in (("weight", layer.scale), ("bias", layer.shift)):
        if not trained:
            constant = getattr(norm, name).detach()
            delattr(norm, name)
            norm.register_buffer(name, constant, persistent=False)
    return norm


@make_module.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer) -> nn.Module:
    return with_trained(_BiasedBatchNorm(shaped.input_shape[0], layer.epsilon, layer.momentum), layer)


@make_module.register
def _layer_norm(layer: LayerNorm, shaped: ShapedLayer) -> nn.Module:
    return with_trained(nn.LayerNorm(layer.normalized_shape(shaped.input_shape), layer.epsilon), layer)


@make_module.register
def _instance_norm(layer: InstanceNorm, shaped: ShapedLayer) -> nn.Module:
    # The same by a group for each channel: the gradients of InstanceNorm2d are wrong where a batch is one image whose
    # gradient comes with the channels last.
    return with_trained(nn.GroupNorm(shaped.input_shape[0], shaped.input_shape[0], layer.epsilon), layer)


@make_module.register
def _group_norm(layer: GroupNorm, shaped: ShapedLayer) -> nn.Module:
    return with_trained(nn.GroupNorm(layer.groups, shaped.input_shape[0], layer.epsilon), layer)


@make_module.register
def _local_response_norm(layer: LocalResponseNorm, shaped: ShapedLayer) -> nn.Module:
    return nn.LocalResponseNorm(layer.size, layer.alpha, layer.beta, layer.k)
