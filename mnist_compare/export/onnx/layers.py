"""The layers as nodes of ONNX."""

from collections.abc import Callable, Mapping
from math import pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import layers as kinds
from mnist_compare.architecture.layers import Layer
from mnist_compare.architecture.layers.windows import both
from mnist_compare.architecture.shaped import Chain, ShapedLayer
from mnist_compare.errors import UsageError
from mnist_compare.export.onnx.graph import Graph
from mnist_compare.export.onnx.recurrent import recurrent

Arrays = Mapping[str, NDArray[Any]]


class Written:
    """A layer that is being written: its node's input, and its arrays as constants of the graph."""

    def __init__(self, graph: Graph, shaped: ShapedLayer, arrays: Arrays, x: str) -> None:
        self.graph, self.shaped, self.arrays, self.x = graph, shaped, arrays, x
        self.layer: Any = shaped.layer

    def array(self, name: str) -> NDArray[Any]:
        """An array of the layer."""
        return self.arrays[f"{self.shaped.name}.{name}"]

    def has(self, name: str) -> bool:
        """Whether the layer has an array of this name."""
        return f"{self.shaped.name}.{name}" in self.arrays

    def constant(self, name: str) -> str:
        """An array of the layer, as a constant."""
        return self.graph.constant(name, self.array(name))

    def biases(self, name: str = "bias") -> tuple[str, ...]:
        """The bias as the inputs that there are: one or none."""
        return (self.constant(name),) if self.has(name) else ()

    def of_channels(self, name: str, otherwise: float) -> str:
        """One number for each channel: the array, or the same number for all."""
        if self.has(name):
            return self.constant(name)
        channels = self.shaped.input_shape[0]
        return self.graph.constant(name, np.full(channels, otherwise, self.dtype))

    @property
    def dtype(self) -> np.dtype[Any]:
        """That of all arrays."""
        return next((array.dtype for array in self.arrays.values()), np.dtype(np.float32))

    def number(self, name: str, value: float) -> str:
        """A number as a constant."""
        return self.graph.constant(name, np.array(value, self.dtype))


Write = Callable[[Written], str]


def write_chain(graph: Graph, chain: Chain, arrays: Arrays, x: str) -> str:
    """Add the layers of a chain, and give the name of what comes out; raises UsageError for a kind that is unknown."""
    for shaped in chain:
        scope, graph.scope = graph.scope, shaped.name
        x = _write(graph, shaped, arrays, x)
        graph.scope = scope
    return x


def _write(graph: Graph, shaped: ShapedLayer, arrays: Arrays, x: str) -> str:
    write = WRITERS.get(type(shaped.layer))
    if write is None:
        raise UsageError(
            f"{shaped.name} is a {type(shaped.layer).__name__}, which is not written as ONNX: take another format."
        )
    return write(Written(graph, shaped, arrays, x))


def _same(one: Written) -> str:
    return one.x


def _operator(operator: str) -> Write:
    return lambda one: one.graph.add(operator, one.x)


def _silu(one: Written) -> str:
    return one.graph.add("Mul", one.x, one.graph.add("Sigmoid", one.x))


def _gelu(one: Written) -> str:
    graph, x = one.graph, one.x
    if one.layer.approximate:
        cube = graph.add("Mul", graph.add("Mul", x, x), x)
        inner = graph.add("Add", x, graph.add("Mul", cube, one.number("cubes", 0.044715)))
        share = graph.add("Tanh", graph.add("Mul", inner, one.number("root", sqrt(2 / pi))))
    else:
        share = graph.add("Erf", graph.add("Mul", x, one.number("root", sqrt(0.5))))
    half = graph.add("Mul", x, one.number("half", 0.5))
    return graph.add("Mul", half, graph.add("Add", share, one.number("one", 1.0)))


def _convolution(one: Written) -> str:
    layer = one.layer
    top, bottom, left, right = layer.sides(one.shaped.input_shape)
    return one.graph.add(
        *("Conv", one.x, one.constant("weight"), *one.biases()),
        kernel_shape=both(layer.kernel),
        strides=both(layer.stride),
        dilations=both(layer.dilation),
        pads=(top, left, bottom, right),
        group=layer.groups,
    )


def _transposed(one: Written) -> str:
    layer = one.layer
    return one.graph.add(
        *("ConvTranspose", one.x, one.constant("weight"), *one.biases()),
        kernel_shape=both(layer.kernel),
        strides=both(layer.stride),
        pads=(layer.padding,) * 4,
        output_padding=(layer.output_padding,) * 2,
    )


def _pooled(operator: str, one: Written, **attributes: Any) -> str:
    layer = one.layer
    windows: dict[str, Any] = {
        "kernel_shape": both(layer.size),
        "strides": both(layer.step),
        "pads": (layer.padding,) * 4,
    }
    return one.graph.add(operator, one.x, **windows, **attributes)


def _average(one: Written) -> str:
    return _pooled("AveragePool", one, count_include_pad=int(one.layer.count_padding))


def _adaptive(one: Written) -> str:
    """The means of bins, which may overlap: two products with matrices whose rows are the bins."""
    down, right = (
        _bins(side, count) for side, count in zip(one.shaped.input_shape[1:], both(one.layer.size), strict=True)
    )
    graph = one.graph
    rows = graph.add("MatMul", graph.constant("rows", down.astype(one.dtype)), one.x)
    return graph.add("MatMul", rows, graph.constant("columns", right.T.astype(one.dtype)))


def _bins(side: int, count: int) -> NDArray[np.float64]:
    shares = np.zeros((count, side))
    for number in range(count):
        first, end = number * side // count, -(-(number + 1) * side // count)
        shares[number, first:end] = 1 / (end - first)
    return shares


def _batch_norm(one: Written) -> str:
    numbers = (one.of_channels("weight", 1.0), one.of_channels("bias", 0.0))
    kept = (one.constant("running_mean"), one.constant("running_var"))
    return one.graph.add("BatchNormalization", one.x, *numbers, *kept, epsilon=one.layer.epsilon)


def _layer_norm(one: Written) -> str:
    shape = one.shaped.input_shape
    if one.has("weight"):
        factors = one.constant("weight")
    else:
        factors = one.graph.constant("weight", np.ones(one.layer.normalized_shape(shape), one.dtype))
    axis = -1 if len(shape) == 2 else 1
    return one.graph.add("LayerNormalization", one.x, factors, *one.biases(), axis=axis, epsilon=one.layer.epsilon)


def _instance_norm(one: Written) -> str:
    numbers = (one.of_channels("weight", 1.0), one.of_channels("bias", 0.0))
    return one.graph.add("InstanceNormalization", one.x, *numbers, epsilon=one.layer.epsilon)


def _group_norm(one: Written) -> str:
    graph, groups = one.graph, one.layer.groups
    ones, zeros = (graph.constant(name, np.full(groups, n, one.dtype)) for name, n in (("ones", 1), ("zeros", 0)))
    grouped = graph.add("Reshape", one.x, graph.shape(0, groups, -1))
    normalized = graph.add("InstanceNormalization", grouped, ones, zeros, epsilon=one.layer.epsilon)
    x = graph.add("Reshape", normalized, graph.shape(0, *one.shaped.input_shape))
    for name, operator in (("weight", "Mul"), ("bias", "Add")):
        if one.has(name):
            x = graph.add(operator, x, graph.constant(name, one.array(name)[:, None, None]))
    return x


def _response_norm(one: Written) -> str:
    layer = one.layer
    return one.graph.add("LRN", one.x, size=layer.size, alpha=layer.alpha, beta=layer.beta, bias=layer.k)


def _linear(one: Written) -> str:
    if len(one.shaped.input_shape) == 1:
        return one.graph.add("Gemm", one.x, one.constant("weight"), *one.biases(), transB=1)
    return _projected(one, one.x, "weight", "bias")


def _projected(one: Written, x: str, weight: str, bias: str) -> str:
    """X W^T + b at each position of a sequence."""
    product = one.graph.add("MatMul", x, one.graph.constant(weight, one.array(weight).T))
    return one.graph.add("Add", product, one.constant(bias)) if one.has(bias) else product


def _patches(one: Written) -> str:
    graph, size = one.graph, both(one.layer.size)
    parts = (one.x, one.constant("weight"), one.constant("bias"))
    squares = graph.add("Conv", *parts, kernel_shape=size, strides=size)
    rows = graph.add("Reshape", squares, graph.shape(0, one.layer.width, -1))
    return graph.add("Transpose", rows, perm=(0, 2, 1))


def _attention(one: Written) -> str:
    graph, heads = one.graph, one.layer.heads
    width = one.shaped.input_shape[1]
    depth = width // heads

    def cut(name: str, *axes: int) -> str:
        x = _projected(one, one.x, f"{name}_weight", f"{name}_bias")
        parts = graph.add("Reshape", x, graph.shape(0, 0, heads, depth))
        return graph.add("Transpose", parts, perm=axes)

    scores = graph.add("MatMul", cut("query", 0, 2, 1, 3), cut("key", 0, 2, 3, 1))
    scaled = graph.add("Div", scores, one.number("scale", sqrt(depth)))
    found = graph.add("MatMul", graph.add("Softmax", scaled, axis=-1), cut("value", 0, 2, 1, 3))
    together = graph.add("Reshape", graph.add("Transpose", found, perm=(0, 2, 1, 3)), graph.shape(0, 0, width))
    return _projected(one, together, "out_weight", "out_bias")


def _residual(one: Written) -> str:
    body, shortcut = one.shaped.parts
    around = write_chain(one.graph, shortcut, one.arrays, one.x)
    return one.graph.add("Add", write_chain(one.graph, body, one.arrays, one.x), around)


def _branches(one: Written) -> str:
    ends = [write_chain(one.graph, part, one.arrays, one.x) for part in one.shaped.parts]
    return one.graph.add("Concat", *ends, axis=1)


def _recurrent(one: Written) -> str:
    arrays = {name: one.array(name) for name in one.layer.parameters(one.shaped.input_shape)}
    return recurrent(one.graph, one.layer, arrays, one.x)


WRITERS: dict[type[Layer], Write] = {
    kinds.Convolution: _convolution,
    kinds.TransposedConvolution: _transposed,
    kinds.MaxPooling: lambda one: _pooled("MaxPool", one),
    kinds.AveragePooling: _average,
    kinds.AdaptiveAveragePooling: _adaptive,
    kinds.GlobalAveragePooling: _operator("GlobalAveragePool"),
    kinds.BatchNorm: _batch_norm,
    kinds.LayerNorm: _layer_norm,
    kinds.InstanceNorm: _instance_norm,
    kinds.GroupNorm: _group_norm,
    kinds.LocalResponseNorm: _response_norm,
    kinds.Linear: _linear,
    kinds.Flatten: lambda one: one.graph.add("Flatten", one.x, axis=1),
    kinds.Rows: lambda one: one.graph.add("Squeeze", one.x, one.graph.constant("axes", np.array([1], np.int64))),
    kinds.Patches: _patches,
    kinds.Positions: lambda one: one.graph.add("Add", one.x, one.constant("weight")),
    kinds.SequenceMean: lambda one: one.graph.add("ReduceMean", one.x, axes=(1,), keepdims=0),
    kinds.Attention: _attention,
    kinds.RNN: _recurrent,
    kinds.LSTM: _recurrent,
    kinds.GRU: _recurrent,
    kinds.ReLU: _operator("Relu"),
    kinds.LeakyReLU: lambda one: one.graph.add("LeakyRelu", one.x, alpha=one.layer.slope),
    kinds.ELU: lambda one: one.graph.add("Elu", one.x, alpha=one.layer.alpha),
    kinds.Sigmoid: _operator("Sigmoid"),
    kinds.Tanh: _operator("Tanh"),
    kinds.SiLU: _silu,
    kinds.GELU: _gelu,
    kinds.Softplus: _operator("Softplus"),
    kinds.Softmax: lambda one: one.graph.add("Softmax", one.x, axis=one.layer.axis(one.shaped.input_shape)),
    kinds.Residual: _residual,
    kinds.Branches: _branches,
    **dict.fromkeys((kinds.Dropout, kinds.ChannelDropout, kinds.StochasticDepth, kinds.Auxiliary), _same),
}
"""What a layer becomes where the network is only asked: dropouts and auxiliary heads are of the training alone."""
