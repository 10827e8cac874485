"""Recurrent layers: torch's own, of which one output is taken."""

import torch
from torch import Tensor, nn

from mnist_compare.architecture import GRU, LSTM, RNN, Recurrent, ShapedLayer
from mnist_compare.experiment.layout import Kept
from mnist_compare_torch.layers.dispatch import kept_arrays, make_module


class _OneOutput(nn.RNNBase):
    """A recurrent module that gives the outputs of all positions, or the last of each direction."""

    last: bool

    def forward(self, x: Tensor) -> Tensor:
        """X [N, length, width] as [N, length, features] or [N, features]."""
        outputs, state = super().forward(x)
        if not self.last:
            return outputs
        hidden = state[0] if isinstance(state, tuple) else state  # [layers x directions, N, features]
        return torch.cat(tuple(hidden[-2:]), dim=1) if self.bidirectional else hidden[-1]


class ElmanLayers(_OneOutput, nn.RNN):
    """Elman's."""


class LSTMLayers(_OneOutput, nn.LSTM):
    """Long short-term memory."""

    def forward(self, x: Tensor) -> Tensor:
        """X [N, length, width] as [N, length, features] or [N, features]."""
        if x.device.type == "cpu" and torch.is_autocast_enabled("cpu"):
            # oneDNN's LSTM raises an error for bfloat16 where the processor has no instructions for it.
            with torch.autocast("cpu", enabled=False):
                return super().forward(x.float())
        return super().forward(x)


class GRULayers(_OneOutput, nn.GRU):
    """Gated recurrent units."""


class _EarlyReset(nn.GRU):
    """What torch's own does not compute: the reset gate multiplies the state before the product with the weight."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Position by position; x [N, length, width]."""
        states = []
        for number in range(self.num_layers):
            ends = [f"_l{number}{one}" for one in ("", "_reverse")[: 1 + self.bidirectional]]
            halves = [
                self._read(x.flip(1), end).flip(1) if end.endswith("reverse") else self._read(x, end) for end in ends
            ]
            states += [half[:, 0 if end.endswith("reverse") else -1] for half, end in zip(halves, ends, strict=True)]
            x = torch.cat(halves, dim=2)
        return x, torch.stack(states)

    def _read(self, x: Tensor, end: str) -> Tensor:
        weight, size = getattr(self, f"weight_hh{end}"), self.hidden_size
        inputs = nn.functional.linear(x, getattr(self, f"weight_ih{end}"), getattr(self, f"bias_ih{end}"))
        state, states = x.new_zeros(x.shape[0], size), []
        for row in inputs.unbind(1):
            by_r, by_z = nn.functional.linear(state, weight[: 2 * size]).chunk(2, 1)
            r, z, n = row.chunk(3, 1)
            r, z = torch.sigmoid(r + by_r), torch.sigmoid(z + by_z)
            n = torch.tanh(n + nn.functional.linear(r * state, weight[2 * size :]))
            state = (1 - z) * n + z * state
            states.append(state)
        return torch.stack(states, 1)


class EarlyResetGRULayers(_OneOutput, _EarlyReset):
    """Gated recurrent units with the reset before the product."""


KINDS: dict[type[Recurrent], type[_OneOutput]] = {RNN: ElmanLayers, LSTM: LSTMLayers, GRU: GRULayers}


@make_module.register
def _recurrent(layer: Recurrent, shaped: ShapedLayer) -> nn.Module:
    early = isinstance(layer, GRU) and layer.reset == "before"
    module = (EarlyResetGRULayers if early else KINDS[type(layer)])(
        shaped.input_shape[1], layer.features, layer.layers, batch_first=True, bidirectional=layer.bidirectional
    )
    module.last = layer.output == "last"
    for name, parameter in module.named_parameters():
        # Only the sum of the two biases that torch has means anything, but in a GRU whose reset comes after.
        if len(layer.biases) == 1 and name.startswith("bias_hh"):
            nn.init.zeros_(parameter).requires_grad_(False)
    return module


@kept_arrays.register
def _recurrent_arrays(layer: Recurrent, shaped: ShapedLayer) -> dict[str, Kept]:
    return {f"bias{end}": Kept(f"bias_ih{end}") for ends in layer.ends for end in ends if len(layer.biases) == 1}
