"""Paddle layers of the layers, a family in each file, whose semantics the core decides."""

from mnist_compare_paddle.layers import (
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
from mnist_compare_paddle.layers.composition import compose
from mnist_compare_paddle.layers.dispatch import kept_arrays, make_layer

__all__ = [
    "activation",
    "attention",
    "compose",
    "composition",
    "convolution",
    "dropout",
    "kept_arrays",
    "linear",
    "make_layer",
    "normalization",
    "pooling",
    "recurrent",
    "sequence",
]
