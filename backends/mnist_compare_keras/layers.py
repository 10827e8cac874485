"""Keras layers of a network, channels last, with dropout with given factors."""

from collections.abc import Callable
from functools import singledispatch
from itertools import chain
from typing import Any

import keras

from mnist_compare.architecture import (
    BatchNorm,
    Convolution,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPooling,
    ReLU,
    ShapedLayer,
)
from mnist_compare.lowering import Lowered
from mnist_compare.lowering.layout import ChannelsLast
from mnist_compare_keras.backend import BACKEND

ORDER = "channels_last"
"""Said to every layer that asks: a user's keras.json may say otherwise."""


class MaskedDropout(keras.layers.Layer):
    """Dropout whose factors (0 or 1 / (1 - rate)) are set for every batch, instead of drawn."""

    factors: Any = None

    def call(self, x: Any, training: bool = False) -> Any:
        """X times the factors in training, x in evaluation."""
        return x * keras.ops.cast(self.factors, x.dtype) if training else x


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


@singledispatch
def make_layers(layer: Layer, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    """The Keras layers that stand for one layer of the network, channels last; the first with arrays has its name.

    Each kind of layer registers its own. Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("layer", layer, "layers.make_layers")


@make_layers.register
def _max_pooling(layer: MaxPooling, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    pooling = keras.layers.MaxPooling2D
    return [pooling(layer.size, layer.step, data_format=ORDER, name=shaped.name, dtype=dtype)]


@make_layers.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    old, norm = 1 - layer.momentum, keras.layers.BatchNormalization
    return [norm(momentum=old, epsilon=layer.epsilon, name=shaped.name, dtype=dtype)]


@make_layers.register
def _relu(layer: ReLU, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.ReLU(name=shaped.name, dtype=dtype)]


@make_layers.register
def _dropout(layer: Dropout, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [MaskedDropout(name=shaped.name, dtype=dtype)]


@make_layers.register
def _linear(layer: Linear, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.Dense(layer.features, use_bias=layer.bias, name=shaped.name, dtype=dtype)]


@make_layers.register
def _flatten(layer: Flatten, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.Flatten(data_format=ORDER, name=shaped.name, dtype=dtype)]


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


def make_model(
    lowered: Lowered, order: ChannelsLast, dtype: Any, make: Callable[..., list[keras.layers.Layer]] = make_layers
) -> keras.Sequential:
    """The network as keras.Sequential, for images [N, H, W, C]. A flatten outside of `order` gives C-H-W."""
    channels, height, width = lowered.layers[0].input_shape
    made = {shaped.name: make(shaped.layer, shaped, dtype) for shaped in lowered.layers}
    for convolution, pooling in lowered.pooled_biases.items():
        made[convolution][-1] = PooledConvolution(made[convolution][-1], made.pop(pooling)[0])
    for shaped in lowered.layers:
        if isinstance(shaped.layer, Flatten) and len(shaped.input_shape) == 3 and shaped.name not in order:
            made[shaped.name].insert(0, keras.layers.Permute((3, 1, 2), name=f"{shaped.name}_order", dtype=dtype))
    return keras.Sequential([keras.Input((height, width, channels)), *chain.from_iterable(made.values())])
