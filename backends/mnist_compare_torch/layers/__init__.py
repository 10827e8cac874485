"""torch modules of the layers, a family in each file, whose semantics the core decides."""

from mnist_compare_torch.layers import activation, composition, convolution, dropout, linear, normalization, pooling
from mnist_compare_torch.layers.composition import compose
from mnist_compare_torch.layers.dispatch import make_module

__all__ = [
    "activation",
    "compose",
    "composition",
    "convolution",
    "dropout",
    "linear",
    "make_module",
    "normalization",
    "pooling",
]
