"""Recurrent layers, which read a sequence position by position and keep a state: Elman's, GRU and LSTM."""

from math import prod
from typing import ClassVar, Literal

from mnist_compare.architecture.layers.base import Layer, Shape, require_positive, require_sequence
from mnist_compare.io.bounds import Whole

ONE_BIAS = ("bias",)
TWO_BIASES = ("bias_ih", "bias_hh")
MOST_LAYERS = 100


class Recurrent(Layer, frozen=True):
    """What recurrent layers share: [length, width] -> [features] (output = "last") or [length, features] ("all").

    The state begins with 0. There may be several layers, of which each reads the outputs of the one before. In both
    directions, one half of each layer reads the sequence from its end; the outputs of both stand side by side, those
    from the beginning first, so that there are twice as many features. The last output of either half is what it has
    when it has read the whole sequence.

    Arrays have PyTorch's names and layout: `weight_ih_l0` [gates x features, width] multiplies the input of the first
    layer, `weight_hh_l0` [gates x features, features] its state; `_reverse` follows the names of the other direction.
    """

    image_by_image = True
    gates: ClassVar[int]
    """Blocks of rows in its arrays."""
    features: Whole
    layers: Whole = 1
    bidirectional: bool = False
    output: Literal["last", "all"] = "last"

    @property
    def biases(self) -> tuple[str, ...]:
        """The names of its biases, without the layer's number."""
        return ONE_BIAS

    @property
    def width(self) -> int:
        """Features of one output."""
        return self.features * (2 if self.bidirectional else 1)

    @property
    def ends(self) -> tuple[tuple[str, ...], ...]:
        """What the names of arrays end in, by layer, and in it by direction."""
        directions = ("", "_reverse") if self.bidirectional else ("",)
        return tuple(tuple(f"_l{number}{one}" for one in directions) for number in range(self.layers))

    def output_shape(self, shape: Shape) -> Shape:
        require_positive(features=self.features, layers=self.layers)
        if self.layers > MOST_LAYERS:
            raise ValueError(f"layers must be at most {MOST_LAYERS} (it is {self.layers})")
        require_sequence(shape)
        return (self.width,) if self.output == "last" else (shape[0], self.width)

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        rows = self.gates * self.features
        found: dict[str, Shape] = {}
        for number, ends in enumerate(self.ends):
            for end in ends:
                found[f"weight_ih{end}"] = (rows, self.width if number else shape[1])
                found[f"weight_hh{end}"] = (rows, self.features)
                found |= {f"{bias}{end}": (rows,) for bias in self.biases}
        return found

    def fans(self, shape: Shape) -> dict[str, Shape]:
        """All arrays are drawn by the number of features, as PyTorch and Paddle draw them."""
        return dict.fromkeys(self.parameters(shape), (self.features, self.features))

    def multiplications(self, shape: Shape) -> int:
        """Of numbers with a weight, for one sample of `shape` at the input."""
        return shape[0] * sum(prod(size) for size in self.parameters(shape).values() if len(size) == 2)


class RNN(Recurrent, frozen=True, tag="rnn", forbid_unknown_fields=True):
    """Elman's recurrent layer: h' = tanh(W_ih x + W_hh h + b).

    Options:
        features: of the state, and of the output; in both directions the output has twice as many.
        layers: one upon the other, at most 100.
        bidirectional: whether one half of each reads the sequence from its end.
        output: "last", when the whole sequence is read, or "all", one for each position.

    >>> RNN(64).output_shape((28, 28))
    (64,)
    """

    prefix = "rnn"
    gates: ClassVar = 1


class LSTM(Recurrent, frozen=True, tag="lstm", forbid_unknown_fields=True):
    """Long short-term memory: c' = f c + i g and h' = o tanh(c').

    i, f and o are sigmoids and g is a tanh of W_ih x + W_hh h + b. The blocks of rows come in the order i, f, g, o, as
    in PyTorch. There is one bias: PyTorch and Paddle have two, of which only the sum means anything, and train both.

    Options:
        features: of the state, and of the output; in both directions the output has twice as many.
        layers: one upon the other, at most 100.
        bidirectional: whether one half of each reads the sequence from its end.
        output: "last", when the whole sequence is read, or "all", one for each position.

    >>> LSTM(64, bidirectional=True, output="all").output_shape((28, 28))
    (28, 128)
    """

    prefix = "lstm"
    gates: ClassVar = 4


class GRU(Recurrent, frozen=True, tag="gru", forbid_unknown_fields=True):
    """Gated recurrent unit: h' = (1 - z) n + z h.

    r and z are sigmoids of W_ih x + W_hh h + b, and n is the tanh of W_in x + b_in + r (W_hn h + b_hn), or, with the
    reset before, of W_in x + b_in + W_hn (r h). The blocks of rows come in the order r, z, n, as in PyTorch. There are
    two biases, b_ih and b_hh, with the reset after, and one with the reset before.

    Options:
        features: of the state, and of the output; in both directions the output has twice as many.
        layers: one upon the other, at most 100.
        bidirectional: whether one half of each reads the sequence from its end.
        output: "last", when the whole sequence is read, or "all", one for each position.
        reset: "after" the product with the state, as in all three frameworks, or "before" it, as in the paper.

    >>> GRU(64, layers=2).parameters((28, 28))["weight_ih_l1"]
    (192, 64)
    """

    prefix = "gru"
    gates: ClassVar = 3
    reset: Literal["after", "before"] = "after"

    @property
    def biases(self) -> tuple[str, ...]:
        """Two with the reset after: what is added to the state's product is multiplied by the reset gate."""
        return TWO_BIASES if self.reset == "after" else ONE_BIAS
