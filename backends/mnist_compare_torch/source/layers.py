"""The PyTorch expressions of layers."""

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
from mnist_compare_torch.backend import BACKEND

FAR = 40
"""Above it exp(-x) is below a rounding of x in float64, so that x may stand for softplus."""


@singledispatch
def write(layer: Layer, shaped: ShapedLayer) -> list[Line]:
    """The expressions of a layer. Each kind registers its own; raises BackendError for one that has none."""
    raise BACKEND.lacks("layer", layer, "source.layers.write")


@write.register
def _convolution(layer: Convolution, shaped: ShapedLayer) -> list[Line]:
    top, bottom, left, right = layer.sides(shaped.input_shape)
    even = (top, left) == (bottom, right)
    padding = (top if top == left else (top, left)) if even else 0
    convolution = call(
        "nn.Conv2d",
        shaped.input_shape[0],
        layer.channels,
        layer.kernel,
        stride=unless(layer.stride, 1),
        padding=padding or None,
        dilation=unless(layer.dilation, 1),
        groups=unless(layer.groups, 1),
        bias=unless(layer.bias, True),
    )
    if even:
        return [convolution]
    return [call("nn.ZeroPad2d", (left, right, top, bottom), why="another padding on each side"), convolution]


@write.register
def _transposed_convolution(layer: TransposedConvolution, shaped: ShapedLayer) -> list[Line]:
    return [
        call(
            "nn.ConvTranspose2d",
            shaped.input_shape[0],
            layer.channels,
            layer.kernel,
            stride=unless(layer.stride, 1),
            padding=layer.padding or None,
            output_padding=layer.output_padding or None,
            bias=unless(layer.bias, True),
        )
    ]


@write.register
def _linear(layer: Linear, shaped: ShapedLayer) -> list[Line]:
    return [call("nn.Linear", shaped.input_shape[-1], layer.count, bias=unless(layer.bias, True))]


@write.register
def _flatten(layer: Flatten, shaped: ShapedLayer) -> list[Line]:
    return [call("nn.Flatten")]


@write.register
def _max_pooling(layer: MaxPooling, shaped: ShapedLayer) -> list[Line]:
    stride = unless(layer.step, layer.size)
    return [call("nn.MaxPool2d", layer.size, stride=stride, padding=layer.padding or None)]


@write.register
def _average_pooling(layer: AveragePooling, shaped: ShapedLayer) -> list[Line]:
    stride = unless(layer.step, layer.size)
    counted = None if layer.count_padding or not layer.padding else False
    return [call("nn.AvgPool2d", layer.size, stride=stride, padding=layer.padding or None, count_include_pad=counted)]


@write.register
def _adaptive_average_pooling(layer: AdaptiveAveragePooling, shaped: ShapedLayer) -> list[Line]:
    return [call("nn.AdaptiveAvgPool2d", layer.size)]


@write.register
def _global_average_pooling(layer: GlobalAveragePooling, shaped: ShapedLayer) -> list[Line]:
    return [call("nn.AdaptiveAvgPool2d", 1)]


@write.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer) -> list[Line]:
    kind = "nn.BatchNorm2d" if len(shaped.input_shape) == 3 else "nn.BatchNorm1d"
    why = "its running variance is the unbiased one: evaluation differs by that"
    return [
        call(
            kind,
            shaped.input_shape[0],
            eps=unless(layer.epsilon, 1e-5),
            momentum=unless(layer.momentum, 0.1),
            affine=affine(layer),
            why=why,
        )
    ]


@write.register
def _layer_norm(layer: LayerNorm, shaped: ShapedLayer) -> list[Line]:
    shape = layer.normalized_shape(shaped.input_shape)
    wanted = shape[0] if len(shape) == 1 else shape
    if layer.scale and not layer.shift:
        return [call("nn.LayerNorm", wanted, eps=unless(layer.epsilon, 1e-5), bias=False)]
    return [call("nn.LayerNorm", wanted, eps=unless(layer.epsilon, 1e-5), elementwise_affine=affine(layer))]


@write.register
def _instance_norm(layer: InstanceNorm, shaped: ShapedLayer) -> list[Line]:
    channels = shaped.input_shape[0]
    why = "instance norm: the gradients of nn.InstanceNorm2d are wrong for a batch of one image"
    return [call("nn.GroupNorm", channels, channels, eps=unless(layer.epsilon, 1e-5), affine=affine(layer), why=why)]


@write.register
def _group_norm(layer: GroupNorm, shaped: ShapedLayer) -> list[Line]:
    return [
        call("nn.GroupNorm", layer.groups, shaped.input_shape[0], eps=unless(layer.epsilon, 1e-5), affine=affine(layer))
    ]


@write.register
def _local_response_norm(layer: LocalResponseNorm, shaped: ShapedLayer) -> list[Line]:
    return [call("nn.LocalResponseNorm", layer.size, layer.alpha, layer.beta, layer.k)]


@write.register
def _dropout(layer: Dropout, shaped: ShapedLayer) -> list[Line]:
    return [call("nn.Dropout", layer.rate)]


@write.register
def _channel_dropout(layer: ChannelDropout, shaped: ShapedLayer) -> list[Line]:
    return [call("nn.Dropout2d", layer.rate)]


@write.register
def _stochastic_depth(layer: StochasticDepth, shaped: ShapedLayer) -> list[Line]:
    return [call("ImageDropout", layer.rate)]


@write.register
def _relu(layer: ReLU, shaped: ShapedLayer) -> list[Line]:
    return [call("nn.ReLU")]


@write.register
def _leaky_relu(layer: LeakyReLU, shaped: ShapedLayer) -> list[Line]:
    return [call("nn.LeakyReLU", layer.slope)]


@write.register
def _elu(layer: ELU, shaped: ShapedLayer) -> list[Line]:
    return [call("nn.ELU", layer.alpha)]


@write.register
def _sigmoid(layer: Sigmoid, shaped: ShapedLayer) -> list[Line]:
    return [call("nn.Sigmoid")]


@write.register
def _tanh(layer: Tanh, shaped: ShapedLayer) -> list[Line]:
    return [call("nn.Tanh")]


@write.register
def _silu(layer: SiLU, shaped: ShapedLayer) -> list[Line]:
    return [call("nn.SiLU")]


@write.register
def _gelu(layer: GELU, shaped: ShapedLayer) -> list[Line]:
    return [call("nn.GELU", **({"approximate": "tanh"} if layer.approximate else {}))]


@write.register
def _softplus(layer: Softplus, shaped: ShapedLayer) -> list[Line]:
    return [call("nn.Softplus", threshold=FAR, why="PyTorch takes x itself above 20")]


@write.register
def _softmax(layer: Softmax, shaped: ShapedLayer) -> list[Line]:
    return [call("nn.Softmax", layer.axis(shaped.input_shape))]


@write.register
def _recurrent(layer: Recurrent, shaped: ShapedLayer) -> list[Line]:
    if isinstance(layer, GRU) and layer.reset == "before":
        raise UsageError(
            f"Layer {shaped.name}: PyTorch has no GRU with the reset before the product, so no program is written for "
            'it. Take reset = "after".'
        )
    names: dict[type[Recurrent], str] = {RNN: "nn.RNN", LSTM: "nn.LSTM", GRU: "nn.GRU"}
    made = call(
        names[type(layer)],
        shaped.input_shape[1],
        layer.features,
        num_layers=unless(layer.layers, 1),
        batch_first=True,
        bidirectional=layer.bidirectional or None,
    )
    return [call("LastOutput" if layer.output == "last" else "AllOutputs", made)]


@write.register
def _attention(layer: Attention, shaped: ShapedLayer) -> list[Line]:
    return [call("SelfAttention", shaped.input_shape[1], layer.heads, batch_first=True)]


@write.register
def _rows(layer: Rows, shaped: ShapedLayer) -> list[Line]:
    return [call("nn.Flatten", 1, 2)]


@write.register
def _patches(layer: Patches, shaped: ShapedLayer) -> list[Line]:
    return [
        call("nn.Conv2d", shaped.input_shape[0], layer.width, layer.size, stride=layer.size),
        call("Sequence"),
    ]


@write.register
def _positions(layer: Positions, shaped: ShapedLayer) -> list[Line]:
    return [call("Positions", *shaped.input_shape)]


@write.register
def _sequence_mean(layer: SequenceMean, shaped: ShapedLayer) -> list[Line]:
    return [call("SequenceMean")]


def affine(layer: BatchNorm | LayerNorm | InstanceNorm | GroupNorm) -> bool | None:
    """Nothing where it has both factors and summands, False where it has neither; raises UsageError for one of both."""
    if layer.scale != layer.shift:
        raise UsageError(
            "PyTorch's normalizations have both scale and shift or none of them, so no program is written for a layer "
            "with one of both."
        )
    return unless(layer.scale, True)
