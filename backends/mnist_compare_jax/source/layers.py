"""The JAX expressions of layers, channels last: modules of flax.nnx, and functions of nnx and jax.numpy."""

from functools import singledispatch
from math import prod
from textwrap import wrap
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
from mnist_compare.io.registry import tag_of
from mnist_compare.source import Line, block, call, line, unless
from mnist_compare.source.line import INDENT

Norm = BatchNorm | LayerNorm | InstanceNorm | GroupNorm
RNGS = line("rngs")
MOST = 80
"""Letters of a call in one row."""


@singledispatch
def write(layer: Layer, shaped: ShapedLayer, exact: bool) -> list[Line]:
    """The expressions of a layer; `exact` ones compute in float64. Each kind registers its own.

    Raises UsageError for a kind that has none.
    """
    raise UsageError(
        f"No JAX program is written for the layer {tag_of(layer)!r}. What writes it is registered with "
        "@mnist_compare_jax.source.layers.write.register, in a module that the entry point 'jax' of the group "
        "mnist_compare.extensions names."
    )


def folded(made: Line) -> Line:
    """A call, in several rows where one would be too long within other layers."""
    row = made.rows[0]
    if len(row) <= MOST:
        return made
    name, _, values = row.removesuffix(")").partition("(")
    return Line((f"{name}(", *(INDENT + part for part in wrap(values, MOST)), ")"), made.why)


def function(name: str, why: str = "", **named: Any) -> Line:
    """A function with some of its arguments."""
    return call("partial", line(name), why=why, **named)


@write.register
def _convolution(layer: Convolution, shaped: ShapedLayer, exact: bool) -> list[Line]:
    sides = layer.sides(shaped.input_shape)
    same = sides == same_sides(shaped.input_shape, layer.extent, both(layer.stride))
    even: Any = sides[0] if len(set(sides)) == 1 else (sides[:2], sides[2:])
    return [
        call(
            "nnx.Conv",
            shaped.input_shape[0],
            layer.channels,
            both(layer.kernel),
            strides=unless(layer.stride, 1),
            padding=None if same else even if any(sides) else "VALID",
            kernel_dilation=unless(layer.dilation, 1),
            feature_group_count=unless(layer.groups, 1),
            use_bias=unless(layer.bias, True),
            rngs=RNGS,
        )
    ]


@write.register
def _transposed_convolution(layer: TransposedConvolution, shaped: ShapedLayer, exact: bool) -> list[Line]:
    around = [side - 1 - layer.padding for side in both(layer.kernel)]
    return [
        call(
            "nnx.ConvTranspose",
            shaped.input_shape[0],
            layer.channels,
            both(layer.kernel),
            strides=unless(layer.stride, 1),
            padding=tuple((side, side + layer.output_padding) for side in around),
            use_bias=unless(layer.bias, True),
            rngs=RNGS,
            why="padding is around the pixels that the stride has spread: kernel - 1 less what PyTorch calls padding",
        )
    ]


@write.register
def _linear(layer: Linear, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nnx.Linear", shaped.input_shape[-1], layer.count, use_bias=unless(layer.bias, True), rngs=RNGS)]


@write.register
def _flatten(layer: Flatten, shaped: ShapedLayer, exact: bool) -> list[Line]:
    turned = len(shaped.input_shape) == 3 and shaped.input_shape[0] > 1 and shaped.input_shape[1:] != (1, 1)
    return [line("flatten", "in the order H-W-C" if turned else "")]


def _pooling(name: str, layer: MaxPooling | AveragePooling, **named: Any) -> list[Line]:
    around = ((layer.padding, layer.padding),) * 2 if layer.padding else None
    return [function(name, window_shape=both(layer.size), strides=both(layer.step), padding=around, **named)]


@write.register
def _max_pooling(layer: MaxPooling, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return _pooling("nnx.max_pool", layer)


@write.register
def _average_pooling(layer: AveragePooling, shaped: ShapedLayer, exact: bool) -> list[Line]:
    counted = None if layer.count_padding or not layer.padding else False
    return _pooling("nnx.avg_pool", layer, count_include_pad=counted)


@write.register
def _adaptive_average_pooling(layer: AdaptiveAveragePooling, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [function("adaptive_avg_pool", size=both(layer.size))]


@write.register
def _global_average_pooling(layer: GlobalAveragePooling, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [function("jnp.mean", axis=(1, 2), keepdims=True)]


def _norm(name: str, *sizes: int, layer: Norm, epsilon: float, why: str, **named: Any) -> list[Line]:
    """A normalization whose variance is the mean of squares of differences; flax's own epsilon is given."""
    settings: dict[str, Any] = {"epsilon": unless(layer.epsilon, epsilon), "use_fast_variance": False}
    trained: dict[str, Any] = {"use_scale": unless(layer.scale, True), "use_bias": unless(layer.shift, True)}
    return [folded(call(name, *sizes, **named, **settings, **trained, rngs=RNGS, why=why))]


SLOW = "flax's own: {}; variance as E[x^2] - E[x]^2, which loses digits"


@write.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer, exact: bool) -> list[Line]:
    kept = round(1 - layer.momentum, 12) if not exact else 1 - layer.momentum
    why = SLOW.format("momentum 0.99")
    return _norm("nnx.BatchNorm", shaped.input_shape[0], layer=layer, epsilon=1e-5, why=why, momentum=kept)


@write.register
def _layer_norm(layer: LayerNorm, shaped: ShapedLayer, exact: bool) -> list[Line]:
    shape = layer.normalized_shape(shaped.input_shape)
    axes = (1, 2, 3) if len(shape) == 3 else None
    named: dict[str, Any] = {"reduction_axes": axes, "feature_axes": axes}
    why = SLOW.format("epsilon 1e-6")
    return _norm("nnx.LayerNorm", prod(shape), layer=layer, epsilon=1e-6, why=why, **named)


@write.register
def _instance_norm(layer: InstanceNorm, shaped: ShapedLayer, exact: bool) -> list[Line]:
    why = SLOW.format("epsilon 1e-6")
    return _norm("nnx.InstanceNorm", shaped.input_shape[0], layer=layer, epsilon=1e-6, why=why)


@write.register
def _group_norm(layer: GroupNorm, shaped: ShapedLayer, exact: bool) -> list[Line]:
    why = SLOW.format("epsilon 1e-6")
    return _norm("nnx.GroupNorm", shaped.input_shape[0], layer.groups, layer=layer, epsilon=1e-6, why=why)


@write.register
def _local_response_norm(layer: LocalResponseNorm, shaped: ShapedLayer, exact: bool) -> list[Line]:
    named: dict[str, Any] = {"size": layer.size, "alpha": layer.alpha, "beta": layer.beta, "k": layer.k}
    return [function("local_response_norm", **named)]


@write.register
def _dropout(layer: Dropout, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nnx.Dropout", layer.rate, rngs=RNGS)]


@write.register
def _channel_dropout(layer: ChannelDropout, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("nnx.Dropout", layer.rate, broadcast_dims=(1, 2), rngs=RNGS, why="whole channels")]


@write.register
def _stochastic_depth(layer: StochasticDepth, shaped: ShapedLayer, exact: bool) -> list[Line]:
    alike = tuple(range(1, len(shaped.input_shape) + 1))
    return [call("nnx.Dropout", layer.rate, broadcast_dims=alike, rngs=RNGS, why="one number for each image")]


@write.register
def _activation(
    layer: ReLU | Sigmoid | SiLU | Softmax | Softplus | Tanh, shaped: ShapedLayer, exact: bool
) -> list[Line]:
    return [line(f"nnx.{tag_of(layer)}")]  # JAX has our names


@write.register
def _leaky_relu(layer: LeakyReLU, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [function("leaky_relu", slope=layer.slope)]


@write.register
def _elu(layer: ELU, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [function("nnx.elu", alpha=layer.alpha)]


@write.register
def _gelu(layer: GELU, shaped: ShapedLayer, exact: bool) -> list[Line]:
    if layer.approximate:
        return [line("nnx.gelu", "by tanh")]
    return [function("nnx.gelu", approximate=False, why="JAX's own: by tanh")]


@write.register
def _recurrent(layer: Recurrent, shaped: ShapedLayer, exact: bool) -> list[Line]:
    found = []
    for number in range(layer.layers):
        width = layer.width if number else shaped.input_shape[1]
        one = call("nnx.RNN", _cell(layer, width, exact))
        found.append(block("nnx.Bidirectional(", [one, one], ")") if layer.bidirectional else one)
    last = [line("last_outputs" if layer.bidirectional else "last_output")]
    return found + last * (layer.output == "last")


def _cell(layer: Recurrent, width: int, exact: bool) -> Line:
    early = isinstance(layer, GRU) and layer.reset == "before"
    names: dict[type[Recurrent], str] = {
        RNN: "nnx.SimpleCell",
        LSTM: "nnx.OptimizedLSTMCell",
        GRU: "ResetFirstGRUCell" if early else "TwoBiasGRUCell",
    }
    double = line("jnp.float64")
    types: dict[str, Any] = (
        {"param_dtype": double, "dtype": double if isinstance(layer, RNN) else None} if exact else {}
    )
    return call(names[type(layer)], width, layer.features, **types, rngs=RNGS)


@write.register
def _attention(layer: Attention, shaped: ShapedLayer, exact: bool) -> list[Line]:
    own = line("attention_in_float64") if exact else None
    return [
        call("nnx.MultiHeadAttention", layer.heads, shaped.input_shape[1], attention_fn=own, decode=False, rngs=RNGS)
    ]


@write.register
def _rows(layer: Rows, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [function("jnp.squeeze", axis=-1)]


@write.register
def _patches(layer: Patches, shaped: ShapedLayer, exact: bool) -> list[Line]:
    size = both(layer.size)
    return [
        call("nnx.Conv", shaped.input_shape[0], layer.width, size, strides=size, rngs=RNGS),
        line("as_sequence"),
    ]


@write.register
def _positions(layer: Positions, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [call("Positions", *shaped.input_shape)]


@write.register
def _sequence_mean(layer: SequenceMean, shaped: ShapedLayer, exact: bool) -> list[Line]:
    return [function("jnp.mean", axis=1)]
