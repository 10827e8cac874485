"""A network as data: its layers, its shapes, and the documented ones."""

from mnist_compare.architecture.network import (
    Architecture,
    BatchNorm,
    Convolution,
    Dropout,
    Flatten,
    Initializer,
    Layer,
    Linear,
    MaxPooling,
    Output,
    ReLU,
    Shape,
    ShapedLayer,
    format_shape,
)

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
