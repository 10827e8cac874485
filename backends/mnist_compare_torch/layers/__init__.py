"""torch modules of the layers, a family in each file, whose semantics the core decides."""

from mnist_compare_torch.layers import (
    activation,
    attention,
    composition,
    convolution,
    dropout,
    linear,
    normalization,
    pooling,
    recurrent,
    sequence,
)
from mnist_compare_torch.layers.composition import compose
from mnist_compare_torch.layers.dispatch import kept_arrays, make_module

__all__ = [
    "activation",
    "attention",
    "compose",
    "composition",
    "convolution",
    "dropout",
    "kept_arrays",
    "linear",
    "make_module",
    "normalization",
    "pooling",
    "recurrent",
    "sequence",
]
