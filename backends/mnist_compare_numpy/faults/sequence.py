"""Layers for sequences with one fault each."""

from typing import Any, ClassVar

import numpy as np

from mnist_compare.certify.fault import Fault
from mnist_compare.randomness import Array
from mnist_compare_numpy.faults.experiments import with_module
from mnist_compare_numpy.layers import (
    AttentionModule,
    EarlyResetGRUModule,
    GRUModule,
    LSTMModule,
    PatchesModule,
    SequenceMeanModule,
)
from mnist_compare_numpy.layers.cells import EarlyResetGRUCell, GRUCell, LSTMCell, Total
from mnist_compare_numpy.layers.recurrent import RecurrentModule


class _OtherGates(RecurrentModule):
    """Takes the blocks of rows of its arrays in another order, of which `order` is also the way back."""

    order: tuple[int, ...]

    def own(self, end: str) -> dict[str, Any]:
        return {key: self.reordered(array) for key, array in super().own(end).items()}

    def read_back(self, end: str, x: Array, gradient: Array) -> Array:
        back = super().read_back(end, x, gradient)
        for key in self.cells[end].gradients:
            self.gradients[f"{key}{end}"] = self.reordered(self.gradients[f"{key}{end}"])
        return back

    def reordered(self, array: Array) -> Array:
        """The array with its blocks in the other order."""
        blocks = np.split(array, len(self.order))
        return np.concatenate([blocks[i] for i in self.order])


class OutputBeforeNew(_OtherGates, LSTMModule):
    """i, f, o, g."""

    order = (0, 1, 3, 2)


class UpdateBeforeReset(_OtherGates, GRUModule):
    """z, r, n, as Keras has them."""

    order = (1, 0, 2)


class EarlyResetOfTwoBiases(GRUModule):
    """The reset gate multiplies the state before the product, and the second bias is added to that."""

    class cell(GRUCell):  # noqa: N801 (it takes the place of an attribute)
        def __init__(self, arrays: dict[str, Array]) -> None:
            super().__init__(arrays)
            both = {"bias_ih": arrays["bias_ih"] + arrays["bias_hh"]}
            self.early = EarlyResetGRUCell({key: arrays[key] for key in ("weight_ih", "weight_hh")} | both)

        def forward(self, x: Array) -> Array:
            return self.early.forward(x)

        def backward(self, gradient: Array, total: Total) -> Array:
            back = self.early.backward(gradient, total)
            self.gradients = self.early.gradients | {"bias_hh": self.early.gradients["bias_ih"]}
            return back


class LateReset(EarlyResetGRUModule):
    """The reset gate multiplies the product."""

    class cell(GRUCell):  # noqa: N801 (it takes the place of an attribute)
        def __init__(self, arrays: dict[str, Array]) -> None:
            super().__init__(arrays | {"bias_hh": np.zeros_like(arrays["bias"])})


class OneBias(GRUModule):
    """Leaves out what is added to the state's product."""

    def own(self, end: str) -> dict[str, Any]:
        arrays = super().own(end)
        return arrays | {"bias_hh": np.zeros_like(arrays["bias_hh"])}


class TwoBiases(LSTMModule):
    """Has two biases, of which only the sum is seen, and trains both."""

    def backward(self, gradient: Array) -> Array:
        back = super().backward(gradient)
        self.gradients |= {key: 2 * array for key, array in self.gradients.items() if key.startswith("bias")}
        return back


class OneDirectionTwice(GRUModule):
    """The other direction reads the sequence from its beginning, too."""

    def turned(self, end: str, x: Array) -> Array:
        return x


class LastRowOfBoth(GRUModule):
    """Takes the outputs at the last position, where the other direction has read one row."""

    @property
    def last(self) -> list[tuple[int, slice]]:
        return [(-1, part) for _, part in super().last]


class KeptState(LSTMModule):
    """Begins with the state that the batch before has left; with 0 in a batch of another size."""

    def read(self, end: str, x: Array) -> Array:
        left = vars(self).setdefault("left", {})
        cell = self.cells[end] = LSTMCell(self.own(end))
        if end in left and left[end].shape[1] == len(x):
            cell.first = lambda x: left[end]  # type: ignore[method-assign]
        y = cell.forward(x)
        left[end] = cell.state
        return y


class NoTime(LSTMModule):
    """The gradient does not go from one position to the one before."""

    class cell(LSTMCell):  # noqa: N801 (it takes the place of an attribute)
        def step_back(self, gradient: Array, *kept: Array) -> Array:
            self.slope = np.zeros_like(self.slope)
            return super().step_back(gradient, *kept)


class Unscaled(AttentionModule):
    """Does not divide the scores."""

    @property
    def root(self) -> float:
        return 1.0


class ScaledByWidth(AttentionModule):
    """Divides the scores by the root of the whole width."""

    @property
    def root(self) -> float:
        return float(np.sqrt(self.x.shape[2]))


class Float32Scale(AttentionModule):
    """Multiplies the scores by a number of float32."""

    @property
    def root(self) -> float:
        return 1 / float(np.float32(1 / super().root))


class InterleavedHeads(AttentionModule):
    """Gives every head each second feature, and not one half of them."""

    def split(self, x: Array) -> Array:
        return x.reshape(*x.shape[:2], -1, self.heads).transpose(0, 3, 1, 2)

    def join(self, x: Array) -> Array:
        turned = x.transpose(0, 2, 3, 1)
        return turned.reshape(*turned.shape[:2], -1)


class QueriesForKeys(AttentionModule):
    """Takes queries for keys, and keys for queries."""

    names: ClassVar = {"query": "key", "key": "query"}

    def project(self, name: str, x: Array) -> Array:
        return super().project(self.names.get(name, name), x)

    def back_through(self, name: str, x: Array, gradient: Array) -> Array:
        return super().back_through(self.names.get(name, name), x, gradient)


class ColumnsOfPatches(PatchesModule):
    """Takes the patches column by column."""

    def forward(self, x: Array, training: bool) -> Array:
        return super().forward(x.swapaxes(2, 3), training)

    def backward(self, gradient: Array) -> Array:
        return super().backward(gradient).swapaxes(2, 3)


class SumOfPositions(SequenceMeanModule):
    def forward(self, x: Array, training: bool) -> Array:
        self.length = x.shape[1]
        return self.total(x, (1,))


FAULTS: tuple[Fault, ...] = (
    Fault("gates of the LSTM in another order", "recurrent layers", "reading", with_module(OutputBeforeNew)),
    Fault("gates of the GRU in Keras's order", "recurrent layers", "reading", with_module(UpdateBeforeReset)),
    Fault("reset before the product", "recurrent layers", "reading", with_module(EarlyResetOfTwoBiases)),
    Fault("reset after the product", "recurrent layers", "reading", with_module(LateReset)),
    Fault("second bias of the GRU left out", "recurrent layers", "reading", with_module(OneBias)),
    Fault("two biases of the LSTM trained", "recurrent layers", "reading", with_module(TwoBiases)),
    Fault("direction not reversed", "recurrent layers", "reading", with_module(OneDirectionTwice)),
    Fault("last row of both directions", "recurrent layers", "reading", with_module(LastRowOfBoth)),
    Fault("state of the batch before", "recurrent layers", "reading", with_module(KeptState)),
    Fault("no gradient through time", "recurrent layers", "reading", with_module(NoTime)),
    Fault("scores not divided", "attention", "attending", with_module(Unscaled)),
    Fault("scores divided by the root of the width", "attention", "attending", with_module(ScaledByWidth)),
    Fault("scale of the scores in float32", "attention", "attending", with_module(Float32Scale)),
    Fault("heads interleaved", "attention", "attending", with_module(InterleavedHeads)),
    Fault("queries and keys swapped", "attention", "attending", with_module(QueriesForKeys)),
    Fault("patches column by column", "attention", "attending", with_module(ColumnsOfPatches)),
    Fault("sum of the positions", "attention", "attending", with_module(SumOfPositions)),
)
