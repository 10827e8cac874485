"""Sequences: what makes them of images, and flat values of them."""

from typing import Any

from paddle import nn

from mnist_compare.architecture import Patches, Positions, Rows, SequenceMean, Shape, ShapedLayer
from mnist_compare_paddle.layers.dispatch import make_layer


class PatchEmbedding(nn.Conv2D):
    """A convolution whose stride is its kernel, its pixels as a sequence."""

    def forward(self, x: Any) -> Any:
        """X [N, C, H, W] as [N, patches, width]."""
        return nn.Conv2D.forward(self, x).flatten(2).transpose([0, 2, 1])  # Paddle does not compile `super()`


class PositionEmbedding(nn.Layer):
    """Adds trained values to every position."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.weight = self.create_parameter(list(shape), default_initializer=nn.initializer.Constant(0.0))

    def forward(self, x: Any) -> Any:
        """X [N, length, width] and the embedding."""
        return x + self.weight


class SequenceMeanPooling(nn.Layer):
    """The mean over the positions."""

    def forward(self, x: Any) -> Any:
        """X [N, length, width] as [N, width]."""
        return x.mean(1)


@make_layer.register
def _rows(layer: Rows, shaped: ShapedLayer) -> nn.Layer:
    return nn.Flatten(1, 2)


@make_layer.register
def _patches(layer: Patches, shaped: ShapedLayer) -> nn.Layer:
    return PatchEmbedding(shaped.input_shape[0], layer.width, layer.size, layer.size)


@make_layer.register
def _positions(layer: Positions, shaped: ShapedLayer) -> nn.Layer:
    return PositionEmbedding(shaped.input_shape)


@make_layer.register
def _sequence_mean(layer: SequenceMean, shaped: ShapedLayer) -> nn.Layer:
    return SequenceMeanPooling()
