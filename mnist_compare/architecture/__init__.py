"""A network as data: its layers, its shapes, and the documented ones."""

from mnist_compare.architecture.layers import (
    BatchNorm,
    Convolution,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPooling,
    ReLU,
    Shape,
    format_shape,
)
from mnist_compare.architecture.network import Architecture, Initializer, Output, ShapedLayer

__all__ = [
    "Architecture",
    "BatchNorm",
    "Convolution",
    "Dropout",
    "Flatten",
    "Initializer",
    "Layer",
    "Linear",
    "MaxPooling",
    "Output",
    "ReLU",
    "Shape",
    "ShapedLayer",
    "format_shape",
]
