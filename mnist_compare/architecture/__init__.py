"""A network as data: its layers, its shapes, and the documented ones."""

from mnist_compare.architecture.layers import (
    Auxiliary,
    BatchNorm,
    Branches,
    Composite,
    Convolution,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPooling,
    ReLU,
    Residual,
    Shape,
    format_shape,
)
from mnist_compare.architecture.network import Architecture, Initializer, Output
from mnist_compare.architecture.shaped import Chain, ShapedLayer, chains, map_chains, map_layers, walk

__all__ = [
    "Architecture",
    "Auxiliary",
    "BatchNorm",
    "Branches",
    "Chain",
    "Composite",
    "Convolution",
    "Dropout",
    "Flatten",
    "Initializer",
    "Layer",
    "Linear",
    "MaxPooling",
    "Output",
    "ReLU",
    "Residual",
    "Shape",
    "ShapedLayer",
    "chains",
    "format_shape",
    "map_chains",
    "map_layers",
    "walk",
]
