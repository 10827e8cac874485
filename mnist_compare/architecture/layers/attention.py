"""Attention."""

from math import prod

from mnist_compare.architecture.layers.base import Layer, Shape, require_positive, require_sequence
from mnist_compare.io.bounds import Whole

PROJECTIONS = ("query", "key", "value", "out")


class Attention(Layer, frozen=True, tag="attention", forbid_unknown_fields=True):
    """Multi-head self-attention on a sequence: [length, width] -> [length, width].

    Queries, keys and values are x W^T + b, cut into heads of width / heads features that lie side by side. In each
    head a position's output is the mean of all values, weighted by softmax(query . key / sqrt(width / heads)). The
    outputs of the heads side by side, times `out_weight`, plus `out_bias`, are the layer's output. All four weights are
    [width, width].

    Options:
        heads: at least 1. They must divide the width.

    >>> Attention(heads=4).output_shape((16, 32))
    (16, 32)
    """

    prefix = "attention"
    without_effect = ("key_bias",)  # it adds the same to all scores of a query, which softmax takes out again
    image_by_image = True
    heads: Whole

    def output_shape(self, shape: Shape) -> Shape:
        require_positive(heads=self.heads)
        require_sequence(shape)
        if shape[1] % self.heads:
            raise ValueError(f"{self.heads} heads do not divide a width of {shape[1]}")
        return shape

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        width = shape[1]
        weights: dict[str, Shape] = {f"{name}_weight": (width, width) for name in PROJECTIONS}
        return weights | {f"{name}_bias": (width,) for name in PROJECTIONS}

    def fans(self, shape: Shape) -> dict[str, Shape]:
        """Every bias is drawn as the weights are, which are all of one shape."""
        return dict.fromkeys(self.parameters(shape), (shape[1], shape[1]))

    def multiplications(self, shape: Shape) -> int:
        """Of numbers with a weight, for one sample of `shape` at the input."""
        return shape[0] * sum(prod(size) for size in self.parameters(shape).values() if len(size) == 2)
