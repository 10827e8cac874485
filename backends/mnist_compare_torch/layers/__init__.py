"""torch modules of the layers, a family in each file, whose semantics the core decides."""

from mnist_compare_torch.layers import activation, convolution, dropout, linear, normalization, pooling
from mnist_compare_torch.layers.dispatch import make_module

__all__ = ["activation", "convolution", "dropout", "linear", "make_module", "normalization", "pooling"]
