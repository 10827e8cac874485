"""The Paddle expressions of layers."""

from functools import singledispatch

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
from mnist_compare.errors import UsageError
from mnist_compare.source import Line, call, unless
from mnist_compare_paddle.backend import BACKEND

FAR = 40
"""Above it exp(-x) is below a rounding of x in float64, so that x may stand for softplus."""


@singledispatch
def write(layer: Layer, shaped: ShapedLayer, exact: bool) -> list[Line]:
    """The expressions of a layer. Each kind registers its own; raises BackendError for one that has none."""
    raise BACKEND.lacks("layer", layer, "source.layers.write")


@write.register
def _convolution(layer: Convolution, shaped: ShapedLayer, exact: bool) -> list[Line]:
    top, bottom, left, right = layer.sides(shaped.input_shape)
    even = (top, left) == (bottom, right)
    padding = (top if top == left else [top, left]) if even else [top, bottom, left, right]
    return [
        call(
            "nn.Conv2D",
            shaped.input_shape[0],
            layer.channels,
            layer.kernel,
            stride=unless(layer.stride, 1),
            padding=padding or None,
            dilation=unless(layer.dilation, 1),
            groups=unless(layer.groups, 1),
            bias_attr=unless(layer.bias, True),
        )
    ]


@write.register
def _transposed_convolution(layer: TransposedConvolution, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [
        call(
            "nn.Conv2DTranspose",
            shaped.input_shape[0],
            layer.channels,
            layer.kernel,
            stride=unless(layer.stride, 1),
            padding=layer.padding or None,
            output_padding=layer.output_padding or None,
            bias_attr=unless(layer.bias, True),
        )
    ]


@write.register
def _linear(layer: Linear, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nn.Linear", shaped.input_shape[-1], layer.count, bias_attr=unless(layer.bias, True))]


@write.register
def _flatten(layer: Flatten, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nn.Flatten")]


@write.register
def _max_pooling(layer: MaxPooling, shaped: ShapedLayer, exact: bool) -> list[Line]:
    stride = unless(layer.step, layer.size)
    return [call("nn.MaxPool2D", layer.size, stride=stride, padding=layer.padding or None)]


@write.register
def _average_pooling(layer: AveragePooling, shaped: ShapedLayer, exact: bool) -> list[Line]:
    stride = unless(layer.step, layer.size)
    counted = False if layer.count_padding and layer.padding else None
    why = "Paddle counts no padding by itself" if counted is False else ""
    return [call("nn.AvgPool2D", layer.size, stride=stride, padding=layer.padding or None, exclusive=counted, why=why)]


@write.register
def _adaptive_average_pooling(layer: AdaptiveAveragePooling, shaped: ShapedLayer, exact: bool) -> list[Line]:
    if exact:
        sides = shaped.input_shape[1:], shaped.output_shape[1:]
        return [call("Means", *sides, why="the gradient of nn.AdaptiveAvgPool2D has the share of a pixel as a float32")]
    return [call("nn.AdaptiveAvgPool2D", layer.size)]


@write.register
def _global_average_pooling(layer: GlobalAveragePooling, shaped: ShapedLayer, exact: bool) -> list[Line]:
    if exact:
        return [call("Mean", why="the gradient of nn.AdaptiveAvgPool2D has the share of a pixel as a float32")]
    return [call("nn.AdaptiveAvgPool2D", 1)]


@write.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer, exact: bool) -> list[Line]:
    kind = "nn.BatchNorm2D" if len(shaped.input_shape) == 3 else "nn.BatchNorm1D"
    kept = 1 - layer.momentum if exact else round(1 - layer.momentum, 12)
    trained(layer)
    return [call(kind, shaped.input_shape[0], momentum=unless(kept, 0.9), epsilon=unless(layer.epsilon, 1e-5))]


@write.register
def _layer_norm(layer: LayerNorm, shaped: ShapedLayer, exact: bool) -> list[Line]:
    shape = layer.normalized_shape(shaped.input_shape)
    wanted = shape[0] if len(shape) == 1 else list(shape)
    scale, shift = unless(layer.scale, True), unless(layer.shift, True)
    return [call("nn.LayerNorm", wanted, epsilon=unless(layer.epsilon, 1e-5), weight_attr=scale, bias_attr=shift)]


@write.register
def _instance_norm(layer: InstanceNorm, shaped: ShapedLayer, exact: bool) -> list[Line]:
    trained(layer)
    return [call("nn.InstanceNorm2D", shaped.input_shape[0], epsilon=unless(layer.epsilon, 1e-5))]


@write.register
def _group_norm(layer: GroupNorm, shaped: ShapedLayer, exact: bool) -> list[Line]:
    trained(layer)
    return [call("nn.GroupNorm", layer.groups, shaped.input_shape[0], epsilon=unless(layer.epsilon, 1e-5))]


@write.register
def _local_response_norm(layer: LocalResponseNorm, shaped: ShapedLayer, exact: bool) -> list[Line]:
    if exact:
        why = "the gradient of nn.LocalResponseNorm is of float32"
        return [call("ResponseNorm", layer.size, layer.alpha, layer.beta, layer.k, why=why)]
    return [call("nn.LocalResponseNorm", layer.size, layer.alpha, layer.beta, layer.k)]


@write.register
def _dropout(layer: Dropout, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nn.Dropout", layer.rate)]


@write.register
def _channel_dropout(layer: ChannelDropout, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nn.Dropout2D", layer.rate)]


@write.register
def _stochastic_depth(layer: StochasticDepth, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nn.Dropout", layer.rate, axis=0, why="one number for each image")]


@write.register
def _relu(layer: ReLU, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nn.ReLU")]


@write.register
def _leaky_relu(layer: LeakyReLU, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("LeakyReLU", layer.slope, why="the gradient of nn.LeakyReLU at 0 is 1")]


@write.register
def _elu(layer: ELU, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nn.ELU", layer.alpha)]


@write.register
def _sigmoid(layer: Sigmoid, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nn.Sigmoid")]


@write.register
def _tanh(layer: Tanh, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nn.Tanh")]


@write.register
def _silu(layer: SiLU, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nn.Silu")]


@write.register
def _gelu(layer: GELU, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nn.GELU", approximate=layer.approximate or None)]


@write.register
def _softplus(layer: Softplus, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nn.Softplus", threshold=FAR, why="Paddle takes x itself above 20")]


@write.register
def _softmax(layer: Softmax, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nn.Softmax", layer.axis(shaped.input_shape))]


@write.register
def _recurrent(layer: Recurrent, shaped: ShapedLayer, exact: bool) -> list[Line]:
    if isinstance(layer, GRU) and layer.reset == "before":
        raise UsageError(
            f"Layer {shaped.name}: Paddle has no GRU with the reset before the product, so no program is written for "
            'it. Take reset = "after".'
        )
    names: dict[type[Recurrent], str] = {RNN: "nn.SimpleRNN", LSTM: "nn.LSTM", GRU: "nn.GRU"}
    made = call(
        names[type(layer)],
        shaped.input_shape[1],
        layer.features,
        num_layers=unless(layer.layers, 1),
        direction="bidirect" if layer.bidirectional else None,
    )
    return [call("LastOutput" if layer.output == "last" else "AllOutputs", made)]


@write.register
def _attention(layer: Attention, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nn.MultiHeadAttention", shaped.input_shape[1], layer.heads)]


@write.register
def _rows(layer: Rows, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nn.Flatten", 1, 2)]


@write.register
def _patches(layer: Patches, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [
        call("nn.Conv2D", shaped.input_shape[0], layer.width, layer.size, stride=layer.size),
        call("Sequence"),
    ]


@write.register
def _positions(layer: Positions, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("Positions", *shaped.input_shape)]


@write.register
def _sequence_mean(layer: SequenceMean, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("SequenceMean")]


def trained(layer: BatchNorm | InstanceNorm | GroupNorm) -> None:
    """Raise UsageError for a normalization without scale or shift."""
    if not (layer.scale and layer.shift):
        raise UsageError(
            "The gradients of Paddle's normalizations are wrong where scale or shift are missing, so no program is "
            "written for such a layer."
        )
