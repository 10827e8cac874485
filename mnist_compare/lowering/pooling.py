"""Convolution, max pooling and ReLU, in the order that takes less work."""

from itertools import pairwise

from msgspec.structs import replace

from mnist_compare.architecture import Convolution, MaxPooling, ReLU, ShapedLayer


def pool_first(layers: tuple[ShapedLayer, ...]) -> tuple[ShapedLayer, ...]:
    """The layers, with every ReLU that stands right before a max pooling behind it, where it has fewer values to look
    at. Values and gradients stay the same, bit for bit: the largest of some values is in the same place whether or
    not the negative ones count as zero, and where none is positive the result is zero and nothing goes back.
    """
    ordered = list(layers)
    for i, (relu, pooling) in enumerate(pairwise(layers)):
        if isinstance(relu.layer, ReLU) and isinstance(pooling.layer, MaxPooling):
            shape = pooling.output_shape
            ordered[i : i + 2] = [pooling, replace(relu, input_shape=shape, output_shape=shape)]
    return tuple(ordered)


def pooled_biases(layers: tuple[ShapedLayer, ...]) -> dict[str, str]:
    """The convolutions whose bias can be added behind a max pooling, where there are fewer values, and that pooling, by
    name. The largest of some values is the same one when all of them grow by the same number.
    """
    return {
        convolution.name: pooling.name
        for convolution, pooling in pairwise(layers)
        if isinstance(convolution.layer, Convolution)
        and convolution.layer.bias
        and isinstance(pooling.layer, MaxPooling)
    }
