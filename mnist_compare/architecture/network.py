"""A network as data: the layer vocabulary, and `Architecture`, which places the layers one after another.

Backends never infer a shape or count a parameter: `Architecture.placed` gives every layer its name, its
input and output shape, and the shapes of its arrays in the canonical layout (convolution OIHW, linear
[out, in], flatten in C-H-W order).
"""

from functools import lru_cache
from math import prod
from typing import ClassVar, Literal

import msgspec

from mnist_compare.errors import ArchitectureError
from mnist_compare.errors.names import named
from mnist_compare.io.bounds import Name, Plain, Whole
from mnist_compare.io.decoding import explain_value
from mnist_compare.recipe import Recipe

Shape = tuple[int, ...]
Initializer = Literal["fan_in_uniform", "glorot_uniform", "he_normal"]
Output = Literal["logits", "number"]

IMAGE_SHAPE = (1, 28, 28)
MAX_LAYERS = 1_000
MAX_PARAMETERS = 1_000_000_000
MAX_VALUES = 10_000_000
"""The most values that a layer may make of one image, or take after padding it."""


class _Layer(Plain, frozen=True, tag_field="type", forbid_unknown_fields=True):
    prefix: ClassVar[str]

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of one sample after the layer; raises ValueError when `shape` does not fit."""
        return shape

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        """Shapes of the trained arrays, by name, for a sample of `shape` at the input."""
        return {}

    def statistics(self, shape: Shape) -> dict[str, Shape]:
        """Shapes of the arrays that are kept but not trained."""
        return {}


class Convolution(_Layer, frozen=True, tag="convolution", forbid_unknown_fields=True):
    """Two-dimensional cross-correlation with zero padding on all four sides.

    [in, height, width] -> [channels, (height + 2 padding - kernel) // stride + 1, ...], the width likewise. The weight
    is [channels, in, kernel, kernel], as in PyTorch.

    Options:
        channels: output channels, at least 1.
        kernel: side of the window, in pixels.
        padding: rows and columns of zeros on each side.
        stride: pixels between windows.
        bias: whether a trained number is added to each output channel.

    >>> Convolution(8, kernel=3, padding=1).output_shape((1, 28, 28))
    (8, 28, 28)
    """

    prefix = "conv"
    channels: Whole
    kernel: Whole
    padding: Whole = 0
    stride: Whole = 1
    bias: bool = True

    def output_shape(self, shape: Shape) -> Shape:
        _require_positive(channels=self.channels, kernel=self.kernel, stride=self.stride)
        if self.padding < 0:
            raise ValueError(f"padding must not be negative (it is {self.padding})")
        _require_image(shape)
        padded = (shape[0], *(side + 2 * self.padding for side in shape[1:]))
        if prod(padded) > MAX_VALUES:
            raise ValueError(f"with its padding, the input is {format_shape(padded)}, where {_MOST} are valid")
        return (self.channels, *(_slide(side, self.kernel, self.stride) for side in padded[1:]))

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        weight = {"weight": (self.channels, shape[0], self.kernel, self.kernel)}
        return weight | ({"bias": (self.channels,)} if self.bias else {})


class MaxPooling(_Layer, frozen=True, tag="max_pooling", forbid_unknown_fields=True):
    """The largest value of each `size` x `size` window; windows that do not fit are dropped.

    Options:
        size: side of the window, in pixels.
        stride: pixels between windows. Default: `size`.

    >>> MaxPooling(2).output_shape((8, 28, 28))
    (8, 14, 14)
    """

    prefix = "pool"
    size: Whole
    stride: Whole | None = None

    @property
    def step(self) -> int:
        """Distance between windows, in pixels: the stride, which is the size where none is given."""
        return self.size if self.stride is None else self.stride

    def output_shape(self, shape: Shape) -> Shape:
        _require_positive(size=self.size, stride=self.step)
        _require_image(shape)
        return (shape[0], *(_slide(side, self.size, self.step) for side in shape[1:]))


class ReLU(_Layer, frozen=True, tag="relu", forbid_unknown_fields=True):
    """max(x, 0), of inputs of any shape.

    >>> ReLU().output_shape((8, 14, 14))
    (8, 14, 14)
    """

    prefix = "relu"


class BatchNorm(_Layer, frozen=True, tag="batch_norm", forbid_unknown_fields=True):
    """Normalization over the batch, per channel (or per feature), with a trained factor and summand.

    The running variance is the biased one, as in Keras and Paddle; backends whose framework keeps the unbiased one
    convert it.

    Options:
        momentum: share of the new batch in the running statistics, above 0 and at most 1, as in PyTorch; in Keras and
            Paddle it is 1 minus that.
        epsilon: is added to the variance, between 0 and 1.

    >>> sorted(BatchNorm().statistics((8, 14, 14)))
    ['running_mean', 'running_var']
    """

    prefix = "norm"
    momentum: float = 0.1
    epsilon: float = 1e-5

    def output_shape(self, shape: Shape) -> Shape:
        if not 0 < self.momentum <= 1:
            raise ValueError(f"momentum must be above 0 and at most 1 (it is {self.momentum})")
        if not 0 < self.epsilon < 1:
            raise ValueError(f"epsilon must be between 0 and 1 (it is {self.epsilon})")
        return shape

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        return {"weight": shape[:1], "bias": shape[:1]}

    def statistics(self, shape: Shape) -> dict[str, Shape]:
        return {"running_mean": shape[:1], "running_var": shape[:1]}


class Dropout(_Layer, frozen=True, tag="dropout", forbid_unknown_fields=True):
    """Zeroes a share of the values in training and scales the rest by 1 / (1 - rate).

    Options:
        rate: the share, at least 0 and below 1.

    >>> Dropout(0.25)
    Dropout(rate=0.25)
    """

    prefix = "dropout"
    rate: float

    def output_shape(self, shape: Shape) -> Shape:
        if not 0 <= self.rate < 1:
            raise ValueError(f"rate must be at least 0 and below 1 (it is {self.rate})")
        return shape


class Linear(_Layer, frozen=True, tag="linear", forbid_unknown_fields=True):
    """x W^T + b, of a flat input: [in] -> [features]. The weight is [features, in].

    Options:
        features: outputs, at least 1.
        bias: whether a trained number is added to each output.

    >>> Linear(10).parameters((784,))
    {'weight': (10, 784), 'bias': (10,)}
    """

    prefix = "linear"
    features: Whole
    bias: bool = True

    def output_shape(self, shape: Shape) -> Shape:
        _require_positive(features=self.features)
        if len(shape) != 1:
            raise ValueError(f"it takes a flat input, but gets {format_shape(shape)}: put a flatten layer before it")
        return (self.features,)

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        weight = {"weight": (self.features, shape[0])}
        return weight | ({"bias": (self.features,)} if self.bias else {})


class Flatten(_Layer, frozen=True, tag="flatten", forbid_unknown_fields=True):
    """One row per image, in the order channel, height, width.

    >>> Flatten().output_shape((8, 14, 14))
    (1568,)
    """

    prefix = "flatten"

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)


_MOST = f"at most {MAX_VALUES:,} values"

Layer = Convolution | MaxPooling | ReLU | BatchNorm | Dropout | Linear | Flatten


class ShapedLayer(msgspec.Struct, frozen=True):
    """A layer in its network: its name, and the shapes of one sample before and after it."""

    name: str
    layer: Layer
    input_shape: Shape
    output_shape: Shape

    @property
    def parameters(self) -> dict[str, Shape]:
        """Trained arrays: `<layer>.<array>` -> shape in the canonical layout."""
        return {f"{self.name}.{key}": shape for key, shape in self.layer.parameters(self.input_shape).items()}

    @property
    def parameter_count(self) -> int:
        """Number of trained values."""
        return sum(prod(shape) for shape in self.parameters.values())

    @property
    def multiplications(self) -> int:
        """Of numbers with a weight of a convolution or a linear layer, for one image."""
        if not isinstance(self.layer, Convolution | Linear):
            return 0
        return prod(self.parameters[f"{self.name}.weight"]) * prod(self.output_shape[1:])

    @property
    def statistics(self) -> dict[str, Shape]:
        """Running statistics: `<layer>.<array>` -> shape."""
        return {f"{self.name}.{key}": shape for key, shape in self.layer.statistics(self.input_shape).items()}


class Architecture(Plain, frozen=True, forbid_unknown_fields=True):
    """A network: its layers in order, from an image [1, 28, 28] to 10 logits or one number.

    Options:
        name: letters, digits, - and _.
        layers: a list or tuple of Convolution, MaxPooling, ReLU, BatchNorm, Dropout, Linear and Flatten.
        input_shape: always (1, 28, 28): channels, height, width.
        output: "logits", ten of them, or "number" for a regression onto the digit.
        initializer: of the weights: "fan_in_uniform", "glorot_uniform" or "he_normal".
        recipe: how it is trained when nothing else is asked: the name of a documented recipe, or a Recipe.
        source: where it comes from, in words.

    Shapes are checked once they are asked for, by `placed` and all that uses it: ArchitectureError names the first
    layer that does not fit.

    >>> network = Architecture("small", (Flatten(), Linear(32), ReLU(), Linear(10)), recipe=Recipe(epochs=2))
    >>> network.parameter_count
    25450
    >>> network.parameters["linear2.weight"]
    (10, 32)
    """

    name: Name
    layers: tuple[Layer, ...]
    input_shape: tuple[Whole, Whole, Whole] = IMAGE_SHAPE
    output: Output = "logits"
    initializer: Initializer = "fan_in_uniform"
    recipe: str | Recipe = "cnn"
    source: str = ""

    @property
    def shaped_layers(self) -> tuple[ShapedLayer, ...]:
        """The layers with names and shapes; raises ArchitectureError naming the first one that does not fit."""
        wrong = explain_value(self)
        if wrong:
            raise ArchitectureError(f"Architecture {named(self.name)}: {wrong}.")
        return _shape_layers(self)

    @property
    def parameters(self) -> dict[str, Shape]:
        """All trained arrays, in layer order."""
        return {name: shape for shaped in self.shaped_layers for name, shape in shaped.parameters.items()}

    @property
    def statistics(self) -> dict[str, Shape]:
        """All running statistics, in layer order."""
        return {name: shape for shaped in self.shaped_layers for name, shape in shaped.statistics.items()}

    @property
    def parameter_count(self) -> int:
        """Number of trained values."""
        return sum(shaped.parameter_count for shaped in self.shaped_layers)


def format_shape(shape: Shape) -> str:
    """(16, 7, 7) -> '16x7x7'."""
    return "x".join(map(str, shape))


@lru_cache(maxsize=64)
def _shape_layers(architecture: Architecture) -> tuple[ShapedLayer, ...]:
    where = f"Architecture {architecture.name!r}"
    _check_input(where, architecture)
    shape: Shape = architecture.input_shape
    counts: dict[str, int] = {}
    shaped: list[ShapedLayer] = []
    for position, layer in enumerate(architecture.layers, 1):
        counts[layer.prefix] = counts.get(layer.prefix, 0) + 1
        name = f"{layer.prefix}{counts[layer.prefix]}"
        try:
            after = layer.output_shape(shape)
            if prod(after) > MAX_VALUES:
                raise ValueError(f"it makes {format_shape(after)} of an image, where {_MOST} are valid")
        except ValueError as error:
            raise ArchitectureError(
                f"{where}, layer {position} ({name}), input {format_shape(shape)}: {error}."
            ) from None
        shaped.append(ShapedLayer(name, layer, shape, after))
        shape = after
    _check_output(architecture, shape)
    total = sum(p.parameter_count for p in shaped)
    if total > MAX_PARAMETERS:
        raise ArchitectureError(f"{where} has {total:,} parameters; at most {MAX_PARAMETERS:,} are supported.")
    return tuple(shaped)


def _check_input(where: str, architecture: Architecture) -> None:
    if not 1 <= len(architecture.layers) <= MAX_LAYERS:
        count = f"{len(architecture.layers):,}" if architecture.layers else "no"
        raise ArchitectureError(f"{where} has {count} layers. Give 1 to {MAX_LAYERS:,}, e.g. flatten and linear.")
    if architecture.input_shape != IMAGE_SHAPE:
        found, wanted = format_shape(architecture.input_shape), format_shape(IMAGE_SHAPE)
        raise ArchitectureError(f"{where} takes {found}, but the data are {wanted}: leave input_shape out.")


def _check_output(architecture: Architecture, shape: Shape) -> None:
    wanted = (10,) if architecture.output == "logits" else (1,)
    if shape != wanted:
        raise ArchitectureError(
            f"Architecture {architecture.name!r} ends in {format_shape(shape)}, but output = {architecture.output!r} "
            f"needs {format_shape(wanted)}: end it with a linear layer of {wanted[0]} features."
        )


def _slide(side: int, window: int, step: int) -> int:
    if window > side:
        raise ValueError(f"a window of {window}x{window} does not fit into {side} (padding included)")
    return (side - window) // step + 1


def _require_image(shape: Shape) -> None:
    if len(shape) != 3:
        raise ValueError(f"it takes channels x height x width, but gets {format_shape(shape)}: put it before flatten")


def _require_positive(**values: int) -> None:
    for name, value in values.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1 (it is {value})")
