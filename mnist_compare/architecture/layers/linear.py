"""Linear layers, and what makes an image flat for them."""

from math import prod

from mnist_compare.architecture.layers.base import Features, Layer, Shape, format_shape, require_positive


class Linear(Layer, frozen=True, tag="linear", forbid_unknown_fields=True):
    """x W^T + b, of a flat input: [in] -> [features]. The weight is [features, in].

    Of a sequence, every position for itself: [length, in] -> [length, features].

    Options:
        features: outputs, at least 1, or "classes": as many as the data have classes.
        bias: whether a trained number is added to each output.

    >>> Linear(10).parameters((784,))
    {'weight': (10, 784), 'bias': (10,)}
    """

    prefix = "linear"
    image_by_image = True
    features: Features
    bias: bool = True

    @property
    def count(self) -> int:
        """How many features there are; raises ValueError where they are the classes of data that nobody knows yet."""
        if isinstance(self.features, str):
            raise ValueError("its features are the classes of the data: fit the network to those")
        return self.features

    def output_shape(self, shape: Shape) -> Shape:
        require_positive(features=self.count)
        if len(shape) > 2:
            raise ValueError(f"it takes a flat input, but gets {format_shape(shape)}: put a flatten layer before it")
        return (*shape[:-1], self.count)

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        weight = {"weight": (self.count, shape[-1])}
        return weight | ({"bias": (self.count,)} if self.bias else {})

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
