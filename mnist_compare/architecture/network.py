"""A network as data: the layer vocabulary, and `Architecture`, which places the layers one after another.

Backends never infer a shape or count a parameter: `Architecture.shaped_layers` gives every layer its name,
its input and output shape, and the shapes of its arrays in the canonical layout (convolution OIHW, linear
[out, in], flatten in C-H-W order).
"""

from functools import lru_cache
from math import prod
from typing import Literal

import msgspec

from mnist_compare.architecture.layers import MAX_VALUES, MOST, Layer, Shape, format_shape
from mnist_compare.errors import ArchitectureError
from mnist_compare.errors.names import named
from mnist_compare.io.bounds import Name, Plain, Whole
from mnist_compare.io.decoding import explain_value
from mnist_compare.io.registry import Open
from mnist_compare.recipe import Recipe

Initializer = Literal["fan_in_uniform", "glorot_uniform", "he_normal"]
Output = Literal["logits", "number"]

IMAGE_SHAPE = (1, 28, 28)
MAX_LAYERS = 1_000
MAX_PARAMETERS = 1_000_000_000


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
        return self.layer.multiplications(self.input_shape)

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

    Shapes are checked once they are asked for, by `shaped_layers` and all that uses it: ArchitectureError names the
    first layer that does not fit.

    >>> network = Architecture("small", (Flatten(), Linear(32), ReLU(), Linear(10)), recipe=Recipe(epochs=2))
    >>> network.parameter_count
    25450
    >>> network.parameters["linear2.weight"]
    (10, 32)
    """

    name: Name
    layers: tuple[Open[Layer], ...]
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
                raise ValueError(f"it makes {format_shape(after)} of an image, where {MOST} are valid")
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
