"""Layers that hold layers: each part goes forward from the input, and its gradient comes back to it."""

from functools import reduce

import numpy as np

from mnist_compare.architecture import Auxiliary, Branches, Chain, Residual, ShapedLayer
from mnist_compare_numpy.layers.dispatch import make_module
from mnist_compare_numpy.layers.module import Array, Module, Sequence


def make_sequence(layers: Chain) -> Sequence:
    """The modules of layers one after the other."""
    return Sequence({shaped.name: make_module(shaped.layer, shaped) for shaped in layers})


class CompositeModule(Module):
    """A layer with the modules of its parts."""

    def __init__(self, shaped: ShapedLayer) -> None:
        super().__init__()
        self.parts = tuple(map(make_sequence, shaped.parts))


class ResidualModule(CompositeModule):
    """The sum of what its two parts make of x."""

    def forward(self, x: Array, training: bool) -> Array:
        body, shortcut = self.parts
        return body.forward(x, training) + shortcut.forward(x, training)

    def backward(self, gradient: Array) -> Array:
        body, shortcut = self.parts
        return body.backward(gradient) + shortcut.backward(gradient)


class BranchesModule(CompositeModule):
    """What its parts make of x, joined along the channels."""

    def forward(self, x: Array, training: bool) -> Array:
        ends = [part.forward(x, training) for part in self.parts]
        self.cuts = np.cumsum([end.shape[1] for end in ends])[:-1]
        return np.concatenate(ends, axis=1)

    def backward(self, gradient: Array) -> Array:
        pieces = np.split(gradient, self.cuts, axis=1)
        backs = [part.backward(piece) for part, piece in zip(self.parts, pieces, strict=True)]
        return reduce(np.add, backs)


class AuxiliaryModule(CompositeModule):
    """Passes x on. In training it keeps what its head makes of x, and takes the gradient of that besides."""

    def __init__(self, layer: Auxiliary, shaped: ShapedLayer) -> None:
        super().__init__(shaped)
        self.weight = layer.weight

    def forward(self, x: Array, training: bool) -> Array:
        if training:
            self.output = self.parts[0].forward(x, training)
        return x

    def backward(self, gradient: Array) -> Array:
        return gradient + self.parts[0].backward(self.output_gradient)

    output_gradient: Array
    """Of the loss in `output`."""


@make_module.register
def _residual(layer: Residual, shaped: ShapedLayer) -> Module:
    return ResidualModule(shaped)


@make_module.register
def _branches(layer: Branches, shaped: ShapedLayer) -> Module:
    return BranchesModule(shaped)


@make_module.register
def _auxiliary(layer: Auxiliary, shaped: ShapedLayer) -> Module:
    return AuxiliaryModule(layer, shaped)
