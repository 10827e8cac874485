"""Recurrent layers: Paddle's own, of which one output is taken."""

from typing import Any

import paddle
from paddle import nn

from mnist_compare.architecture import GRU, LSTM, RNN, Recurrent, ShapedLayer
from mnist_compare.experiment.layout import Kept
from mnist_compare_paddle.layers.dispatch import kept_arrays, make_layer


class _OneOutput(nn.layer.rnn.RNNBase):
    """A recurrent layer that gives the outputs of all positions, or the last of each direction."""

    last: bool

    def forward(self, x: Any) -> Any:
        """X [N, length, width] as [N, length, features] or [N, features]."""
        outputs, state = self.read(x)
        if not self.last:
            return outputs
        hidden = state[0] if isinstance(state, tuple) else state  # [layers x directions, N, features]
        return paddle.concat([hidden[-2], hidden[-1]], 1) if self.num_directions == 2 else hidden[-1]

    def read(self, x: Any) -> Any:
        """The outputs, and the last states. Paddle does not compile `super()`."""
        return nn.layer.rnn.RNNBase.forward(self, x)


class ElmanLayers(_OneOutput, nn.SimpleRNN):
    """Elman's."""


class LSTMLayers(_OneOutput, nn.LSTM):
    """Long short-term memory."""


class GRULayers(_OneOutput, nn.GRU):
    """Gated recurrent units."""


class EarlyResetGRULayers(_OneOutput, nn.GRU):
    """What Paddle's own does not compute: the reset gate multiplies the state before the product with the weight."""

    def read(self, x: Any) -> Any:
        """Position by position; x [N, length, width]."""
        states = []
        for number in range(self.num_layers):
            halves = [self._read(x, f"_l{number}")]
            states.append(halves[0][:, -1])
            if self.num_directions == 2:
                halves.append(self._read(x.flip(1), f"_l{number}_reverse").flip(1))
                states.append(halves[1][:, 0])
            x = paddle.concat(halves, 2)
        return x, paddle.stack(states)

    def _read(self, x: Any, end: str) -> Any:
        weight, size = getattr(self, f"weight_hh{end}"), self.hidden_size
        inputs = paddle.matmul(x, getattr(self, f"weight_ih{end}"), transpose_y=True) + getattr(self, f"bias_ih{end}")
        state, states = paddle.zeros_like(inputs[:, 0, :size]), []
        for row in paddle.unbind(inputs, 1):
            by_r, by_z = paddle.matmul(state, weight[: 2 * size], transpose_y=True).chunk(2, 1)
            r, z, n = row.chunk(3, 1)
            r, z = nn.functional.sigmoid(r + by_r), nn.functional.sigmoid(z + by_z)
            n = paddle.tanh(n + paddle.matmul(r * state, weight[2 * size :], transpose_y=True))
            state = (1 - z) * n + z * state
            states.append(state)
        return paddle.stack(states, 1)


KINDS: dict[type[Recurrent], type[_OneOutput]] = {RNN: ElmanLayers, LSTM: LSTMLayers, GRU: GRULayers}


@make_layer.register
def _recurrent(layer: Recurrent, shaped: ShapedLayer) -> nn.Layer:
    early = isinstance(layer, GRU) and layer.reset == "before"
    made = (EarlyResetGRULayers if early else KINDS[type(layer)])(
        shaped.input_shape[1],
        layer.features,
        layer.layers,
        "bidirect" if layer.bidirectional else "forward",
    )
    made.last = layer.output == "last"
    # Only the sum of the two biases that Paddle has means anything, but in a GRU whose reset comes after: elsewhere the
    # second is 0, and the experiment does not train it. Without it (`bias_hh_attr=False`) Paddle crashes, and without
    # its gradient it raises an error.
    for name in (f"bias_hh{end}" for ends in layer.ends for end in ends if len(layer.biases) == 1):
        bias = getattr(made, name)
        bias.set_value(paddle.zeros_like(bias))
    return made


@kept_arrays.register
def _recurrent_arrays(layer: Recurrent, shaped: ShapedLayer) -> dict[str, Kept]:
    return {f"bias{end}": Kept(f"bias_ih{end}") for ends in layer.ends for end in ends if len(layer.biases) == 1}
