"""Linear layers and flattening."""

from torch import Tensor, nn

from mnist_compare.architecture import Flatten, Linear, ShapedLayer
from mnist_compare_torch.layers.dispatch import make_module


class ChannelsLastFlatten(nn.Module):
    """Flatten in the order in which the values lie in memory, so that none is moved."""

    def forward(self, x: Tensor) -> Tensor:
        """X [N, C, H, W] as [N, H W C]."""
        return x.permute(0, 2, 3, 1).flatten(1)


@make_module.register
def _linear(layer: Linear, shaped: ShapedLayer) -> nn.Module:
    return nn.Linear(shaped.input_shape[-1], layer.count, bias=layer.bias)


@make_module.register
def _flatten(layer: Flatten, shaped: ShapedLayer) -> nn.Module:
    return nn.Flatten()
