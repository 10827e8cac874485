"""A network as data: `Architecture`, which names its layers and finds their shapes.

Backends never infer a shape or count a parameter: `Architecture.shaped_layers` gives every layer its name,
its input and output shape, and the shapes of its arrays in the canonical layout (convolution OIHW, linear
[out, in], flatten in C-H-W order).
"""

from functools import cached_property, lru_cache
from typing import Literal

import msgspec

from mnist_compare.architecture.fitting import fitting_side, with_classes
from mnist_compare.architecture.layers import Auxiliary, Layer, Shape, format_shape
from mnist_compare.architecture.shaped import ShapedLayer, walk
from mnist_compare.architecture.shaping import MAX_LAYERS, Misfit, shape_layers
from mnist_compare.errors import ArchitectureError
from mnist_compare.errors.names import named
from mnist_compare.io.bounds import Name, Plain, Whole
from mnist_compare.io.decoding import explain_value
from mnist_compare.io.fields import written
from mnist_compare.io.registry import Open
from mnist_compare.recipe import Recipe
from mnist_compare.recipe.recipe import CLASSES, MAX_CLASSES

Initializer = Literal["fan_in_uniform", "glorot_uniform", "he_normal"]
Output = Literal["logits", "number"]

IMAGE_SHAPE = (1, 28, 28)
MAX_SIDE = 1_024
MAX_PARAMETERS = 1_000_000_000


class Architecture(Plain, frozen=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """A network: its layers in order, from an image [C, H, W] to a logit for each class, or to one number.

    Options:
        name: letters, digits, - and _.
        layers: a list or tuple of layers, such as Convolution, ReLU and Linear, some of which, such as Residual, hold
            layers themselves.
        input_shape: channels, height, width of the images. Left out, they are those of the data; a network that says
            others than (1, 28, 28) is trained on such images alone.
        output: "logits", one for each class, or "number" for a regression onto the label.
        classes: how many there are. Left out, they are those of the data; a network that says another number than 10
            is trained on so many classes alone.
        initializer: of the weights: "fan_in_uniform", "glorot_uniform" or "he_normal".
        recipe: how it is trained when nothing else is asked: the name of a documented recipe, or a Recipe.
        source: where it comes from, in words.

    Before a training a network is fitted to its data, by `fitted_to`: where layers say "classes", there are numbers
    then. Until that is done it is taken to be for images [1, 28, 28] of 10 classes, if it says nothing else.

    Shapes are checked once they are asked for, by `shaped_layers` and all that uses it: ArchitectureError names the
    first layer that does not fit.

    >>> network = Architecture("small", (Flatten(), Linear(32), ReLU(), Linear(10)), recipe=Recipe(epochs=2))
    >>> network.parameter_count
    25450
    >>> network.parameters["linear2.weight"]
    (10, 32)
    >>> Architecture("any", (Flatten(), Linear("classes"))).fitted_to((3, 32, 32), 47).parameters["linear1.weight"]
    (47, 3072)
    """

    name: Name
    layers: tuple[Open[Layer], ...]
    input_shape: tuple[Whole, Whole, Whole] = written(IMAGE_SHAPE)
    output: Output = written("logits")
    classes: Whole = CLASSES
    initializer: Initializer = written("fan_in_uniform")
    recipe: str | Recipe = written("cnn")
    source: str = written("")

    @cached_property
    def shaped_layers(self) -> tuple[ShapedLayer, ...]:
        """The layers with names and shapes; raises ArchitectureError naming the first one that does not fit."""
        self.check_values()
        return _shape_layers(self)

    def check_values(self) -> None:
        """Raise ArchitectureError where a value made in Python has something else in a field than a file could have."""
        wrong = explain_value(self)
        if wrong:
            raise ArchitectureError(f"Architecture {named(self.name)}: {wrong}.")

    def fitted_to(self, image_shape: tuple[int, int, int], class_count: int) -> "Architecture":
        """The network for images of that shape [C, H, W] and so many classes, with numbers for "classes".

        Raises ArchitectureError where the network is for others, or a layer does not fit.
        """
        self.check_values()
        self._check_given(image_shape, class_count)
        layers = with_classes(self.layers, class_count)
        fitted = msgspec.structs.replace(self, layers=layers, input_shape=image_shape, classes=class_count)
        _ = fitted.shaped_layers  # which raises
        return self if fitted == self else fitted

    @property
    def alone(self) -> "Architecture":
        """The network fitted to the images and classes that it says itself, which are MNIST's by default."""
        return self.fitted_to(self.input_shape, self.classes)

    def _check_given(self, image_shape: tuple[int, int, int], class_count: int) -> None:
        if self.input_shape not in (IMAGE_SHAPE, image_shape):
            found, wanted = format_shape(self.input_shape), format_shape(image_shape)
            raise ArchitectureError(
                f"Architecture {named(self.name)} takes {found}, but the data are {wanted}: it can be shown and "
                f"counted, and not trained on these. {_shape_remedy(self.input_shape, image_shape)}"
            )
        if self.output == "logits" and self.classes not in (CLASSES, class_count):
            raise ArchitectureError(
                f"Architecture {named(self.name)} has {self.classes} classes, but the data have {class_count}: leave "
                "classes out."
            )

    @cached_property
    def all_layers(self) -> tuple[ShapedLayer, ...]:
        """The layers and all that they hold, each before what it holds."""
        return tuple(walk(self.shaped_layers))

    @property
    def parameters(self) -> dict[str, Shape]:
        """All trained arrays, in layer order."""
        return {name: shape for shaped in self.all_layers for name, shape in shaped.parameters.items()}

    @property
    def statistics(self) -> dict[str, Shape]:
        """All running statistics, in layer order."""
        return {name: shape for shaped in self.all_layers for name, shape in shaped.statistics.items()}

    @property
    def parameter_count(self) -> int:
        """Number of trained values."""
        return sum(shaped.parameter_count for shaped in self.all_layers)


@lru_cache(maxsize=64)
def _shape_layers(architecture: Architecture) -> tuple[ShapedLayer, ...]:
    where = f"Architecture {architecture.name!r}"
    _check_input(where, architecture)
    layers = with_classes(architecture.layers, architecture.classes)
    try:
        shaped = shape_layers(layers, architecture.input_shape)
    except Misfit as misfit:
        side = fitting_side(layers, architecture.input_shape)
        remedy = ""
        if side:
            remedy = (
                f" Images of {side}x{side} pixels would be large enough for it: --resize {side} makes them so, or "
                f"--pad {side} puts a border around them."
            )
        raise ArchitectureError(f"{where}, {misfit}.{remedy}") from None
    _check_output(where, architecture, shaped)
    total = sum(p.parameter_count for p in walk(shaped))
    if total > MAX_PARAMETERS:
        raise ArchitectureError(f"{where} has {total:,} parameters; at most {MAX_PARAMETERS:,} are supported.")
    return shaped


def _shape_remedy(wanted: tuple[int, int, int], found: tuple[int, int, int]) -> str:
    """What to do about images of another shape than a network takes."""
    options = ["--gray"] if wanted[0] == 1 < found[0] else []
    options += [f"--resize {wanted[1]}x{wanted[2]}"] if wanted[1:] != found[1:] else []
    change = f", or change the images: {' '.join(options)}" if wanted[0] in (1, found[0]) else ""
    return f"Leave input_shape out for a network of your own{change}."


def _check_input(where: str, architecture: Architecture) -> None:
    if not architecture.layers:
        raise ArchitectureError(f"{where} has no layers. Give 1 to {MAX_LAYERS:,}, e.g. flatten and linear.")
    if not all(1 <= side <= MAX_SIDE for side in architecture.input_shape):
        found = format_shape(architecture.input_shape)
        raise ArchitectureError(f"{where}: input_shape must have numbers from 1 to {MAX_SIDE:,} (it is {found}).")
    if not 2 <= architecture.classes <= MAX_CLASSES:
        raise ArchitectureError(f"{where}: classes must be from 2 to {MAX_CLASSES:,} (it is {architecture.classes}).")


def _check_output(where: str, architecture: Architecture, layers: tuple[ShapedLayer, ...]) -> None:
    """The network and every auxiliary head must end in what the output wants."""
    wanted = (architecture.classes,) if architecture.output == "logits" else (1,)
    heads = [(f", {one.name}: its head", one.parts[0]) for one in layers if isinstance(one.layer, Auxiliary)]
    for whose, chain in (("", layers), *heads):
        shape = chain[-1].output_shape
        if shape != wanted:
            raise ArchitectureError(
                f"{where}{whose} ends in {format_shape(shape)}, but output = {architecture.output!r} "
                f"needs {format_shape(wanted)}: end it with a linear layer of {_features(architecture, wanted[0])}."
            )
    if isinstance(layers[-1].layer, Auxiliary):
        raise ArchitectureError(
            f"{where}, {layers[-1].name}: an auxiliary head must have layers of the network behind it."
        )


def _features(architecture: Architecture, count: int) -> str:
    return f'{count} features, or of features = "classes"' if architecture.output == "logits" else "1 features"
