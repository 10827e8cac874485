"""Linear layers, and what makes an image flat for them."""

from math import prod

from mnist_compare.architecture.layers.base import Layer, Shape, format_shape, require_positive
from mnist_compare.io.bounds import Whole


class Linear(Layer, frozen=True, tag="linear", forbid_unknown_fields=True):
    """x W^T + b, of a flat input: [in] -> [features]. The weight is [features, in].

    Of a sequence, every position for itself: [length, in] -> [length, features].

    Options:
        features: outputs, at least 1.
        bias: whether a trained number is added to each output.

    >>> Linear(10).parameters((784,))
    {'weight': (10, 784), 'bias': (10,)}
    """

    prefix = "linear"
    image_by_image = True
    features: Whole
    bias: bool = True

    def output_shape(self, shape: Shape) -> Shape:
        require_positive(features=self.features)
        if len(shape) > 2:
            raise ValueError(f"it takes a flat input, but gets {format_shape(shape)}: put a flatten layer before it")
        return (*shape[:-1], self.features)

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        weight = {"weight": (self.features, shape[-1])}
        return weight | ({"bias": (self.features,)} if self.bias else {})

    def multiplications(self, shape: Shape) -> int:
        """Of numbers with a weight, for one sample of `shape` at the input."""
        return prod(self.parameters(shape)["weight"]) * prod(shape[:-1])


class Flatten(Layer, frozen=True, tag="flatten", forbid_unknown_fields=True):
    """One row per image, in the order channel, height, width.

    >>> Flatten().output_shape((8, 14, 14))
    (1568,)
    """

    prefix = "flatten"
    image_by_image = True
    keeps_constants = True
    any_order = True

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)
