"""Sequences: what makes them of images, and flat values of them."""

import torch
from torch import Tensor, nn

from mnist_compare.architecture import Patches, Positions, Rows, SequenceMean, Shape, ShapedLayer
from mnist_compare_torch.layers.dispatch import make_module


class PatchEmbedding(nn.Conv2d):
    """A convolution whose stride is its kernel, its pixels as a sequence."""

    def forward(self, x: Tensor) -> Tensor:
        """X [N, C, H, W] as [N, patches, width]."""
        return super().forward(x).flatten(2).transpose(1, 2)


class PositionEmbedding(nn.Module):
    """Adds trained values to every position."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(shape))

    def forward(self, x: Tensor) -> Tensor:
        """X [N, length, width] and the embedding."""
        return x + self.weight


class SequenceMeanPooling(nn.Module):
    """The mean over the positions."""

    def forward(self, x: Tensor) -> Tensor:
        """X [N, length, width] as [N, width]."""
        return x.mean(1)


@make_module.register
def _rows(layer: Rows, shaped: ShapedLayer) -> nn.Module:
    return nn.Flatten(1, 2)


@make_module.register
def _patches(layer: Patches, shaped: ShapedLayer) -> nn.Module:
    return PatchEmbedding(shaped.input_shape[0], layer.width, layer.size, layer.size)


@make_module.register
def _positions(layer: Positions, shaped: ShapedLayer) -> nn.Module:
    return PositionEmbedding(shaped.input_shape)


@make_module.register
def _sequence_mean(layer: SequenceMean, shaped: ShapedLayer) -> nn.Module:
    return SequenceMeanPooling()
