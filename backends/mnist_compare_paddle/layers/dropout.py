"""Dropouts with given factors."""

from typing import Any

from paddle import nn

from mnist_compare.architecture import ChannelDropout, Dropout, ShapedLayer, StochasticDepth
from mnist_compare_paddle.layers.dispatch import make_layer


class MaskedDropout(nn.Layer):
    """Dropout whose factors (0 or 1 / (1 - rate)) are set for every batch, instead of drawn."""

    factors: Any  # no default: Paddle keeps tensors apart from attributes, and a class's attribute would hide them

    def forward(self, x: Any) -> Any:
        """X times the factors in training, x in evaluation."""
        return x * self.factors if self.training else x


@make_layer.register
def _dropout(layer: ChannelDropout | Dropout | StochasticDepth, shaped: ShapedLayer) -> nn.Layer:
    return MaskedDropout()
