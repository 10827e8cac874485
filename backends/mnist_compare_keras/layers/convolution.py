"""Convolutions."""

from typing import Any

import keras

from mnist_compare.architecture import Convolution, ShapedLayer
from mnist_compare.experiment.layout import Kept, moved
from mnist_compare_keras.layers.dispatch import ORDER, kept_arrays, make_layers


class PooledConvolution(keras.layers.Layer):
    """A convolution and the pooling behind it. The bias is added last, to fewer values."""

    def __init__(self, convolution: keras.layers.Conv2D, pooling: keras.layers.Layer) -> None:
        super().__init__(name=convolution.name, dtype=convolution.dtype_policy)
        self.convolution, self.pooling = convolution, pooling

    @property
    def kernel(self) -> Any:
        """The convolution's, under the name that it has there."""
        return self.convolution.kernel

    @property
    def bias(self) -> Any:
        """The convolution's."""
        return self.convolution.bias

    def build(self, input_shape: Any) -> None:
        """Make the convolution's variables."""
        self.convolution.build(input_shape)

    def call(self, x: Any) -> Any:
        """X [N, H, W, C] convolved and pooled."""
        return self.pooling(self.convolution.convolution_op(x, self.kernel)) + self.bias

    def compute_output_shape(self, input_shape: Any) -> Any:
        """What the pooling leaves."""
        return self.pooling.compute_output_shape(self.convolution.compute_output_shape(input_shape))


@make_layers.register
def _convolution(layer: Convolution, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    # "same" pads like an explicit padding only at stride 1, with half the kernel.
    same = layer.stride == 1 and 2 * layer.padding == layer.kernel - 1
    padding = (
        []
        if same or not layer.padding
        else [keras.layers.ZeroPadding2D(layer.padding, data_format=ORDER, name=f"{shaped.name}_padding", dtype=dtype)]
    )
    convolution = keras.layers.Conv2D(
        layer.channels,
        layer.kernel,
        layer.stride,
        "same" if same else "valid",
        data_format=ORDER,
        use_bias=layer.bias,
        name=shaped.name,
        dtype=dtype,
    )
    return [*padding, convolution]


@kept_arrays.register
def _convolution_arrays(layer: Convolution, shaped: ShapedLayer) -> dict[str, Kept]:
    return {"weight": moved("kernel", (2, 3, 1, 0))}
