"""Convolutions."""

from typing import Any

import keras

from mnist_compare.architecture import Convolution, ShapedLayer, TransposedConvolution
from mnist_compare.architecture.layers.windows import both, same_sides
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


class GroupedConvolution(keras.layers.Conv2D):
    """A convolution by groups. TensorFlow has no gradient of one on CPUs: Keras's own compiles it by XLA, for seconds,
    and step by step in every step.
    """

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """The convolutions of the parts, or one by depth where each channel is a part."""
        alike = {"padding": self.padding, "dilation_rate": self.dilation_rate, "data_format": ORDER}
        channels = inputs.shape[-1]
        if self.groups == channels and self.strides[0] == self.strides[1]:  # TensorFlow takes no others by depth
            by_depth = keras.ops.reshape(kernel, (*self.kernel_size, channels, self.filters // channels))
            return keras.ops.depthwise_conv(inputs, by_depth, self.strides, **alike)
        parts = zip(keras.ops.split(inputs, self.groups, -1), keras.ops.split(kernel, self.groups, -1), strict=True)
        return keras.ops.concatenate([keras.ops.conv(x, part, self.strides, **alike) for x, part in parts], -1)


@make_layers.register
def _convolution(layer: Convolution, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    kind = GroupedConvolution if layer.groups > 1 else keras.layers.Conv2D
    return make_convolution(layer, shaped, dtype, kind)


def make_convolution(
    layer: Convolution, shaped: ShapedLayer, dtype: Any, kind: type[keras.layers.Conv2D]
) -> list[keras.layers.Layer]:
    """The convolution of a kind, and what pads for it."""
    # "same" pads like an explicit padding at stride 1, with half the kernel, and in few other cases.
    sides = layer.sides(shaped.input_shape)
    same = sides == same_sides(shaped.input_shape, layer.extent, both(layer.stride))
    padding = (
        []
        if same or not any(sides)
        else [
            keras.layers.ZeroPadding2D(
                (sides[:2], sides[2:]), data_format=ORDER, name=f"{shaped.name}_padding", dtype=dtype
            )
        ]
    )
    convolution = kind(
        layer.channels,
        layer.kernel,
        layer.stride,
        "same" if same else "valid",
        data_format=ORDER,
        dilation_rate=layer.dilation,
        groups=layer.groups,
        use_bias=layer.bias,
        name=shaped.name,
        dtype=dtype,
    )
    return [*padding, convolution]


@make_layers.register
def _transposed_convolution(layer: TransposedConvolution, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    convolution = keras.layers.Conv2DTranspose(
        layer.channels,
        layer.kernel,
        layer.stride,
        output_padding=layer.output_padding,  # where it is not said, Keras makes the output as large as the stride
        data_format=ORDER,
        use_bias=layer.bias,
        name=shaped.name,
        dtype=dtype,
    )
    # Its own "same" cuts off another number of rows and columns, not the same on both sides.
    cut = keras.layers.Cropping2D(layer.padding, data_format=ORDER, name=f"{shaped.name}_cut", dtype=dtype)
    return [convolution, cut] if layer.padding else [convolution]


@kept_arrays.register(Convolution)
@kept_arrays.register(TransposedConvolution)
def _convolution_arrays(layer: Convolution | TransposedConvolution, shaped: ShapedLayer) -> dict[str, Kept]:
    return {"weight": moved("kernel", (2, 3, 1, 0))}
