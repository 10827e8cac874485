"""The layers that a network can have, a family in each file."""

from mnist_compare.architecture.layers.activation import (
    ELU,
    GELU,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from mnist_compare.architecture.layers.attention import Attention
from mnist_compare.architecture.layers.base import CLASSES, MAX_VALUES, MOST, Features, Layer, Shape, format_shape
from mnist_compare.architecture.layers.composition import Auxiliary, Branches, Composite, Residual
from mnist_compare.architecture.layers.convolution import (
    Convolution,
    TransposedConvolution,
)
from mnist_compare.architecture.layers.dropout import ChannelDropout, Dropout, StochasticDepth
from mnist_compare.architecture.layers.linear import Flatten, Linear
from mnist_compare.architecture.layers.normalization import (
    BatchNorm,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    LocalResponseNorm,
)
from mnist_compare.architecture.layers.pooling import (
    AdaptiveAveragePooling,
    AveragePooling,
    GlobalAveragePooling,
    MaxPooling,
)
from mnist_compare.architecture.layers.recurrent import GRU, LSTM, RNN, Recurrent
from mnist_compare.architecture.layers.sequence import Patches, Positions, Rows, SequenceMean

__all__ = [
    "CLASSES",
    "ELU",
    "GELU",
    "GRU",
    "LSTM",
    "MAX_VALUES",
    "MOST",
    "RNN",
    "AdaptiveAveragePooling",
    "Attention",
    "Auxiliary",
    "AveragePooling",
    "BatchNorm",
    "Branches",
    "ChannelDropout",
    "Composite",
    "Convolution",
    "Dropout",
    "Features",
    "Flatten",
    "GlobalAveragePooling",
    "GroupNorm",
    "InstanceNorm",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LocalResponseNorm",
    "MaxPooling",
    "Patches",
    "Positions",
    "ReLU",
    "Recurrent",
    "Residual",
    "Rows",
    "SequenceMean",
    "Shape",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "StochasticDepth",
    "Tanh",
    "TransposedConvolution",
    "format_shape",
]
