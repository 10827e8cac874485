"""Convolutions."""

from torch import Tensor, nn

from mnist_compare.architecture import Convolution, ShapedLayer
from mnist_compare_torch.layers.dispatch import make_module


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


@make_module.register
def _convolution(layer: Convolution, shaped: ShapedLayer) -> nn.Module:
    channels = shaped.input_shape[0]
    return nn.Conv2d(channels, layer.channels, layer.kernel, layer.stride, layer.padding, bias=layer.bias)
