"""Dropouts with given factors."""

from torch import Tensor, nn

from mnist_compare.architecture import ChannelDropout, Dropout, ShapedLayer, StochasticDepth
from mnist_compare_torch.layers.dispatch import make_module


class MaskedDropout(nn.Module):
    """Dropout whose factors (0 or 1 / (1 - rate)) are set for every batch, instead of drawn."""

    factors: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """X times the factors in training, x in evaluation."""
        return x * self.factors if self.training else x


@make_module.register
def _dropout(layer: ChannelDropout | Dropout | StochasticDepth, shaped: ShapedLayer) -> nn.Module:
    return MaskedDropout()
