"""The Keras expressions of layers, channels last."""

from functools import singledispatch
from typing import Any

from mnist_compare.architecture import (
    ELU,
    GELU,
    GRU,
    LSTM,
    RNN,
    AdaptiveAveragePooling,
    Attention,
    AveragePooling,
    BatchNorm,
    ChannelDropout,
    Convolution,
    Dropout,
    Flatten,
    GlobalAveragePooling,
    GroupNorm,
    InstanceNorm,
    Layer,
    LayerNorm,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPooling,
    Patches,
    Positions,
    Recurrent,
    ReLU,
    Rows,
    SequenceMean,
    ShapedLayer,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    StochasticDepth,
    Tanh,
    TransposedConvolution,
)
from mnist_compare.architecture.layers.windows import both, same_sides
from mnist_compare.errors import UsageError
from mnist_compare.source import Line, call, line, unless
from mnist_compare_keras.backend import BACKEND

Norm = BatchNorm | LayerNorm | InstanceNorm | GroupNorm


@singledispatch
def write(layer: Layer, shaped: ShapedLayer, exact: bool) -> list[Line]:
    """The expressions of a layer; `exact` ones compute in float64. Each kind registers its own.

    Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("layer", layer, "source.layers.write")


@write.register
def _convolution(layer: Convolution, shaped: ShapedLayer, exact: bool) -> list[Line]:
    sides = layer.sides(shaped.input_shape)
    same = sides == same_sides(shaped.input_shape, layer.extent, both(layer.stride))
    convolution = call(
        "layers.Conv2D",
        layer.channels,
        layer.kernel,
        strides=unless(layer.stride, 1),
        padding="same" if same and any(sides) else None,
        dilation_rate=unless(layer.dilation, 1),
        groups=unless(layer.groups, 1),
        use_bias=unless(layer.bias, True),
    )
    if same or not any(sides):
        return [convolution]
    around: Any = (sides[:2], sides[2:]) if len(set(sides)) > 1 else sides[0]
    return [call("layers.ZeroPadding2D", around, why='not what padding="same" would be here'), convolution]


@write.register
def _transposed_convolution(layer: TransposedConvolution, shaped: ShapedLayer, exact: bool) -> list[Line]:
    convolution = call(
        "layers.Conv2DTranspose",
        layer.channels,
        layer.kernel,
        strides=unless(layer.stride, 1),
        output_padding=layer.output_padding,
        use_bias=unless(layer.bias, True),
    )
    cut = call("layers.Cropping2D", layer.padding, why='padding="same" would cut off more behind')
    return [convolution, cut] if layer.padding else [convolution]


@write.register
def _linear(layer: Linear, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("layers.Dense", layer.count, use_bias=unless(layer.bias, True))]


@write.register
def _flatten(layer: Flatten, shaped: ShapedLayer, exact: bool) -> list[Line]:
    turned = len(shaped.input_shape) == 3 and shaped.input_shape[0] > 1 and shaped.input_shape[1:] != (1, 1)
    return [call("layers.Flatten", why="in the order H-W-C" if turned else "")]


@write.register
def _max_pooling(layer: MaxPooling, shaped: ShapedLayer, exact: bool) -> list[Line]:
    strides = unless(layer.step, layer.size)
    if layer.padding and not _is_same(layer, shaped):
        step = layer.step
        return [call("padded_max_pooling", layer.size, step, layer.padding, why="with minus infinity, on all sides")]
    return [call("layers.MaxPooling2D", layer.size, strides=strides, padding="same" if layer.padding else None)]


@write.register
def _average_pooling(layer: AveragePooling, shaped: ShapedLayer, exact: bool) -> list[Line]:
    strides = unless(layer.step, layer.size)
    if layer.padding and not layer.count_padding:
        if not _is_same(layer, shaped):
            raise UsageError(
                f"Layer {shaped.name}: Keras has no average pooling with a padding that is not counted, so no program "
                "is written for it."
            )
        return [call("layers.AveragePooling2D", layer.size, strides=strides, padding="same")]
    pooling = call("layers.AveragePooling2D", layer.size, strides=strides)
    padding = call("layers.ZeroPadding2D", layer.padding, why="counted in the mean, unlike Keras's own padding")
    return [padding, pooling] if layer.padding else [pooling]


@write.register
def _adaptive_average_pooling(layer: AdaptiveAveragePooling, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("layers.AdaptiveAveragePooling2D", layer.size)]


@write.register
def _global_average_pooling(layer: GlobalAveragePooling, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("layers.GlobalAveragePooling2D", keepdims=True)]


@write.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer, exact: bool) -> list[Line]:
    why = "Keras's own: momentum 0.99, epsilon 1e-3"
    kept = round(1 - layer.momentum, 12) if not exact else 1 - layer.momentum
    return [call("layers.BatchNormalization", momentum=kept, epsilon=layer.epsilon, **_trained(layer), why=why)]


@write.register
def _layer_norm(layer: LayerNorm, shaped: ShapedLayer, exact: bool) -> list[Line]:
    axes = [1, 2, 3] if len(shaped.input_shape) == 3 else None
    why = "Keras's own: epsilon 1e-3"
    return [call("layers.LayerNormalization", axis=axes, epsilon=layer.epsilon, **_trained(layer), why=why)]


@write.register
def _instance_norm(layer: InstanceNorm, shaped: ShapedLayer, exact: bool) -> list[Line]:
    why = "a group for each channel; Keras's own epsilon: 1e-3"
    channels = shaped.input_shape[0]
    return [call("layers.GroupNormalization", channels, epsilon=layer.epsilon, **_trained(layer), why=why)]


@write.register
def _group_norm(layer: GroupNorm, shaped: ShapedLayer, exact: bool) -> list[Line]:
    why = "Keras's own: epsilon 1e-3"
    return [call("layers.GroupNormalization", layer.groups, epsilon=layer.epsilon, **_trained(layer), why=why)]


@write.register
def _local_response_norm(layer: LocalResponseNorm, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("local_response_norm", layer.size, layer.alpha, layer.beta, layer.k)]


@write.register
def _dropout(layer: Dropout, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("layers.Dropout", layer.rate)]


@write.register
def _channel_dropout(layer: ChannelDropout, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("layers.SpatialDropout2D", layer.rate)]


@write.register
def _stochastic_depth(layer: StochasticDepth, shaped: ShapedLayer, exact: bool) -> list[Line]:
    whole = (None, *(1 for _ in shaped.input_shape))
    return [call("layers.Dropout", layer.rate, noise_shape=whole, why="one number for each image")]


@write.register
def _relu(layer: ReLU, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("layers.ReLU")]


@write.register
def _leaky_relu(layer: LeakyReLU, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("layers.LeakyReLU", layer.slope, why="Keras's own slope: 0.3")]


@write.register
def _elu(layer: ELU, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("layers.ELU", layer.alpha)]


@write.register
def _sigmoid(layer: Sigmoid, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("layers.Activation", "sigmoid")]


@write.register
def _tanh(layer: Tanh, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("layers.Activation", "tanh")]


@write.register
def _silu(layer: SiLU, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("layers.Activation", "silu")]


@write.register
def _gelu(layer: GELU, shaped: ShapedLayer, exact: bool) -> list[Line]:
    if layer.approximate:
        return [call("layers.Activation", line("tanh_gelu"), why='"gelu" is the one without tanh')]
    if exact:
        return [call("layers.Activation", line("exact_gelu"), why='the constants of "gelu" are of float32')]
    return [call("layers.Activation", "gelu")]


@write.register
def _softplus(layer: Softplus, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("layers.Activation", "softplus")]


@write.register
def _softmax(layer: Softmax, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("layers.Softmax")]


@write.register
def _recurrent(layer: Recurrent, shaped: ShapedLayer, exact: bool) -> list[Line]:
    names: dict[type[Recurrent], str] = {RNN: "layers.SimpleRNN", LSTM: "layers.LSTM", GRU: "layers.GRU"}
    found = []
    for number in range(layer.layers):
        sequences = layer.output == "all" or number < layer.layers - 1
        early = False if isinstance(layer, GRU) and layer.reset == "before" else None
        made = call(names[type(layer)], layer.features, return_sequences=sequences or None, reset_after=early)
        found.append(call("layers.Bidirectional", made) if layer.bidirectional else made)
    return found


@write.register
def _attention(layer: Attention, shaped: ShapedLayer, exact: bool) -> list[Line]:
    width = shaped.input_shape[1] // layer.heads
    if width == 1:
        raise UsageError(
            f"Layer {shaped.name}: Keras adds biases to the wrong axis where a head has one feature, so no program is "
            "written for it. Take fewer heads."
        )
    return [call("exact_self_attention" if exact else "self_attention", layer.heads, width)]


@write.register
def _rows(layer: Rows, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("layers.Reshape", shaped.output_shape)]


@write.register
def _patches(layer: Patches, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [
        call("layers.Conv2D", layer.width, layer.size, strides=layer.size),
        call("layers.Reshape", shaped.output_shape),
    ]


@write.register
def _positions(layer: Positions, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("Positions")]


@write.register
def _sequence_mean(layer: SequenceMean, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("layers.GlobalAveragePooling1D")]


def _trained(layer: Norm) -> dict[str, bool | None]:
    return {"scale": unless(layer.scale, True), "center": unless(layer.shift, True)}


def _is_same(layer: MaxPooling | AveragePooling, shaped: ShapedLayer) -> bool:
    sides = same_sides(shaped.input_shape, both(layer.size), both(layer.step))
    return sides == (layer.padding,) * 4
