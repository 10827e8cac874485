"""The layers in plain NumPy: what each computes, and how the gradient goes back through it; a family in each file.

Every layer keeps from `forward` what its `backward` needs. `backward` takes the gradient of the loss in
the output, leaves those of its parameters in `gradients`, and gives the one in the input.
"""

from mnist_compare_numpy.layers.activation import ReLUModule
from mnist_compare_numpy.layers.attention import AttentionModule
from mnist_compare_numpy.layers.composition import AuxiliaryModule, BranchesModule, ResidualModule, make_sequence
from mnist_compare_numpy.layers.convolution import ConvolutionModule
from mnist_compare_numpy.layers.dispatch import make_module
from mnist_compare_numpy.layers.dropout import DropoutModule
from mnist_compare_numpy.layers.linear import FlattenModule, LinearModule
from mnist_compare_numpy.layers.module import Array, Module, Sequence
from mnist_compare_numpy.layers.normalization import BatchNormModule, LocalResponseNormModule, SampleNormModule
from mnist_compare_numpy.layers.pooling import MaxPoolingModule
from mnist_compare_numpy.layers.recurrent import EarlyResetGRUModule, GRUModule, LSTMModule, RNNModule
from mnist_compare_numpy.layers.sequence import PatchesModule, PositionsModule, RowsModule, SequenceMeanModule

__all__ = [
    "Array",
    "AttentionModule",
    "AuxiliaryModule",
    "BatchNormModule",
    "BranchesModule",
    "ConvolutionModule",
    "DropoutModule",
    "EarlyResetGRUModule",
    "FlattenModule",
    "GRUModule",
    "LSTMModule",
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
    "make_module",
    "make_sequence",
]
