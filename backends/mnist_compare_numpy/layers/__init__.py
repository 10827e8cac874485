"""The layers in plain NumPy: what each computes, and how the gradient goes back through it; a family in each file.

Every layer keeps from `forward` what its `backward` needs. `backward` takes the gradient of the loss in
the output, leaves those of its parameters in `gradients`, and gives the one in the input.
"""

from mnist_compare_numpy.layers.activation import (
    ELUModule,
    GELUModule,
    LeakyReLUModule,
    ReLUModule,
    SiLUModule,
    SoftmaxModule,
    SoftplusModule,
    TanhGELUModule,
)
from mnist_compare_numpy.layers.attention import AttentionModule
from mnist_compare_numpy.layers.composition import AuxiliaryModule, BranchesModule, ResidualModule, make_sequence
from mnist_compare_numpy.layers.convolution import (
    ConvolutionModule,
    TransposedConvolutionModule,
)
from mnist_compare_numpy.layers.dispatch import make_module
from mnist_compare_numpy.layers.dropout import DropoutModule
from mnist_compare_numpy.layers.linear import FlattenModule, LinearModule
from mnist_compare_numpy.layers.module import Array, Module, Sequence
from mnist_compare_numpy.layers.normalization import BatchNormModule, LocalResponseNormModule, SampleNormModule
from mnist_compare_numpy.layers.pooling import (
    AdaptivePoolingModule,
    AveragePoolingModule,
    MaxPoolingModule,
)
from mnist_compare_numpy.layers.recurrent import EarlyResetGRUModule, GRUModule, LSTMModule, RNNModule
from mnist_compare_numpy.layers.sequence import PatchesModule, PositionsModule, RowsModule, SequenceMeanModule

__all__ = [
    "AdaptivePoolingModule",
    "Array",
    "AttentionModule",
    "AuxiliaryModule",
    "AveragePoolingModule",
    "BatchNormModule",
    "BranchesModule",
    "ConvolutionModule",
    "DropoutModule",
    "ELUModule",
    "EarlyResetGRUModule",
    "FlattenModule",
    "GELUModule",
    "GRUModule",
    "LSTMModule",
    "LeakyReLUModule",
    "LinearModule",
    "LocalResponseNormModule",
    "MaxPoolingModule",
    "Module",
    "PatchesModule",
    "PositionsModule",
    "RNNModule",
    "ReLUModule",
    "ResidualModule",
    "RowsModule",
    "SampleNormModule",
    "Sequence",
    "SequenceMeanModule",
    "SiLUModule",
    "SoftmaxModule",
    "SoftplusModule",
    "TanhGELUModule",
    "TransposedConvolutionModule",
    "make_module",
    "make_sequence",
]
