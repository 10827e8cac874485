"""Recurrent layers, and backpropagation through time."""

from typing import Any

import numpy as np

from mnist_compare.architecture import GRU, LSTM, RNN, Recurrent, ShapedLayer
from mnist_compare_numpy.layers.cells import Cell, EarlyResetGRUCell, ElmanCell, GRUCell, LSTMCell
from mnist_compare_numpy.layers.dispatch import make_module
from mnist_compare_numpy.layers.module import Array, Module


class RecurrentModule(Module):
    """Layers one upon the other, each in one or both directions, x [N, length, width]. `cell` is what one step is."""

    cell: type[Cell]

    def __init__(self, layer: Recurrent) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Array, training: bool) -> Array:
        self.inputs: list[Array] = []
        self.cells: dict[str, Cell] = {}
        for ends in self.layer.ends:
            self.inputs.append(x)
            x = np.concatenate([self.read(end, x) for end in ends], axis=2)
        self.shape = x.shape
        return x if self.layer.output == "all" else np.concatenate([x[:, at][..., part] for at, part in self.last], 1)

    def backward(self, gradient: Array) -> Array:
        if self.layer.output == "last":
            last, gradient = gradient, np.zeros(self.shape, dtype=gradient.dtype)
            for at, part in self.last:
                gradient[:, at, part] = last[:, part]
        size = self.layer.features
        for ends, x in zip(reversed(self.layer.ends), reversed(self.inputs), strict=True):
            halves = [gradient[..., i * size : (i + 1) * size] for i in range(len(ends))]
            gradient = np.sum(
                [self.read_back(*given) for given in zip(ends, [x] * len(ends), halves, strict=True)], axis=0
            )
        return gradient

    @property
    def last(self) -> list[tuple[int, slice]]:
        """For each direction, the position where it has read the whole sequence, and its features."""
        size = self.layer.features
        return [(-1 if i == 0 else 0, slice(i * size, (i + 1) * size)) for i in range(len(self.layer.ends[0]))]

    def turned(self, end: str, x: Array) -> Array:
        """The sequence in the order in which it is read, or the way back."""
        return x[:, ::-1] if end.endswith("_reverse") else x

    def read(self, end: str, x: Array) -> Array:
        """What the state is at every position, read in the direction of the arrays with this end."""
        cell = self.cells[end] = self.cell(self.own(end))
        cell.rounded = self.rounded  # type: ignore[method-assign]
        return self.turned(end, cell.forward(self.turned(end, x)))

    def read_back(self, end: str, x: Array, gradient: Array) -> Array:
        """The gradient in x of the gradient in what was read of it, whose arrays' gradients are left in `gradients`."""
        back = self.cells[end].backward(self.turned(end, gradient), self.total)
        self.gradients |= {f"{key}{end}": array for key, array in self.cells[end].gradients.items()}
        return self.turned(end, back)

    def own(self, end: str) -> dict[str, Any]:
        """The arrays with this end, without it."""
        return {key: self.arrays[f"{key}{end}"] for key in ("weight_ih", "weight_hh", *self.layer.biases)}


class RNNModule(RecurrentModule):
    """Elman's."""

    cell = ElmanCell


class LSTMModule(RecurrentModule):
    """Long short-term memory."""

    cell = LSTMCell


class GRUModule(RecurrentModule):
    """Gated recurrent units, the reset after the product."""

    cell = GRUCell


class EarlyResetGRUModule(RecurrentModule):
    """Gated recurrent units, the reset before the product."""

    cell = EarlyResetGRUCell


@make_module.register
def _rnn(layer: RNN, shaped: ShapedLayer) -> Module:
    return RNNModule(layer)


@make_module.register
def _lstm(layer: LSTM, shaped: ShapedLayer) -> Module:
    return LSTMModule(layer)


@make_module.register
def _gru(layer: GRU, shaped: ShapedLayer) -> Module:
    return (GRUModule if layer.reset == "after" else EarlyResetGRUModule)(layer)
