"""Convolutions."""

import torch
from torch import Tensor, nn

from mnist_compare.architecture import Convolution, ShapedLayer, TransposedConvolution
from mnist_compare_torch.layers.dispatch import make_module


class PooledConvolution(nn.Module):
    """A convolution and the pooling behind it. The bias is added last, to fewer values: oneDNN takes long for its
    gradient.
    """

    def __init__(self, convolution: nn.Conv2d, pooling: nn.Module) -> None:
        super().__init__()
        self.weight, self.bias = convolution.weight, convolution.bias  # under the names that they had
        self._convolve = convolution._conv_forward
        self.pooling = pooling

    def forward(self, x: Tensor) -> Tensor:
        """X [N, C, H, W] convolved and pooled."""
        y = self._pool(self._convolve(x, self.weight, None))
        return y + self.bias.to(y.dtype).view(-1, 1, 1)

    def _pool(self, y: Tensor) -> Tensor:
        # On CPUs torch's pooling also finds out where each largest value stood, which nobody asks without gradients.
        if torch.is_grad_enabled() or y.device.type != "cpu" or not _halves(self.pooling):
            return self.pooling(y)
        return halved(y)


def halved(x: Tensor) -> Tensor:
    """The largest values of the squares of 2x2 of [N, C, H, W], an odd row or column at the end left out: those of
    max_pool2d(x, 2).
    """
    height, width = x.shape[-2] // 2 * 2, x.shape[-1] // 2 * 2
    rows = torch.maximum(x[..., :height:2, :width], x[..., 1:height:2, :width])
    return torch.maximum(rows[..., ::2], rows[..., 1::2])


def _halves(pooling: nn.Module) -> bool:
    """Whether a pooling takes the largest values of such squares."""
    if not isinstance(pooling, nn.MaxPool2d):
        return False
    settings = (pooling.kernel_size, pooling.stride, pooling.padding)
    return all(setting in (wanted, (wanted, wanted)) for setting, wanted in zip(settings, (2, 2, 0), strict=True))


class PaddedConvolution(nn.Sequential):
    """A convolution and the padding before it, another one on each side: torch's own takes one number for two sides.

    The two stand in the network one after the other.
    """


@make_module.register
def _convolution(layer: Convolution, shaped: ShapedLayer) -> nn.Module:
    top, bottom, left, right = layer.sides(shaped.input_shape)
    even = (top, left) == (bottom, right)
    convolution = nn.Conv2d(
        shaped.input_shape[0],
        layer.channels,
        layer.kernel,
        layer.stride,
        (top, left) if even else 0,
        layer.dilation,
        layer.groups,
        bias=layer.bias,
    )
    return convolution if even else PaddedConvolution(nn.ZeroPad2d((left, right, top, bottom)), convolution)


@make_module.register
def _transposed_convolution(layer: TransposedConvolution, shaped: ShapedLayer) -> nn.Module:
    return nn.ConvTranspose2d(
        shaped.input_shape[0],
        layer.channels,
        layer.kernel,
        layer.stride,
        layer.padding,
        layer.output_padding,
        bias=layer.bias,
    )
