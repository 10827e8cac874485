"""Convolutions, which may add their bias late."""

from typing import Any

from paddle import nn

from mnist_compare.architecture import Convolution, ShapedLayer, TransposedConvolution
from mnist_compare_paddle.layers.dispatch import make_layer


class LateBiasConvolution(nn.Layer):
    """A convolution that adds its bias by itself: behind the pooling that follows, to fewer values, or as rows.

    As [C, 1] to [N, C, H W] it is the same sum as [C, 1, 1] to [N, C, H, W], which takes Paddle far longer.
    """

    def __init__(self, convolution: nn.Conv2D, pooling: nn.Layer | None, *, rows: bool) -> None:
        super().__init__()
        self.weight, self.bias = convolution.weight, convolution.bias  # under the names that they had
        self.stride, self.padding = convolution._stride, convolution._padding
        self.dilation, self.groups = convolution._dilation, convolution._groups
        self.pooling, self.rows = pooling, rows

    def forward(self, x: Any) -> Any:
        """The convolution of x [N, C, H, W], pooled if there is a pooling."""
        y = nn.functional.conv2d(x, self.weight, None, self.stride, self.padding, self.dilation, self.groups)
        if self.pooling is not None:
            y = self.pooling(y)
        if self.rows:
            return (y.flatten(2) + self.bias.unsqueeze(1)).reshape(y.shape)
        return y + self.bias.reshape([-1, 1, 1])


@make_layer.register
def _convolution(layer: Convolution, shaped: ShapedLayer) -> nn.Layer:
    top, bottom, left, right = layer.sides(shaped.input_shape)
    # Not its own "same", which takes any dilation for 1.
    padding = [top, left] if (top, left) == (bottom, right) else [top, bottom, left, right]
    return nn.Conv2D(
        shaped.input_shape[0],
        layer.channels,
        layer.kernel,
        layer.stride,
        padding,
        layer.dilation,
        layer.groups,
        bias_attr=None if layer.bias else False,
    )


@make_layer.register
def _transposed_convolution(layer: TransposedConvolution, shaped: ShapedLayer) -> nn.Layer:
    return nn.Conv2DTranspose(
        shaped.input_shape[0],
        layer.channels,
        layer.kernel,
        layer.stride,
        layer.padding,
        layer.output_padding,
        bias_attr=None if layer.bias else False,
    )
