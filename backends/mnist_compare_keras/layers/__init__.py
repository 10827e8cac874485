"""Keras layers of the layers, a family in each file, channels last, whose semantics the core decides."""

from mnist_compare_keras.layers import (
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
from mnist_compare_keras.layers.composition import join
from mnist_compare_keras.layers.dispatch import kept_arrays, make_layers

__all__ = [
    "activation",
    "attention",
    "composition",
    "convolution",
    "dropout",
    "join",
    "kept_arrays",
    "linear",
    "make_layers",
    "normalization",
    "pooling",
    "recurrent",
    "sequence",
]
