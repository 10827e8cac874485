"""Biases that a batch normalization takes out again, and what is left of its running mean without them.

In training such a bias has no effect: its gradient is 0 but for rounding, of which Adam makes whole steps. So neither
the bias means anything, nor the part of the running mean that comes from it. In evaluation what is left of both is the
bias less its own running average, which is the same rounding noise.
"""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import BatchNorm, ShapedLayer
from mnist_compare.experiment.checkpoint import ArrayDict


class CancelledBias(msgspec.Struct, frozen=True):
    """The name of a bias, and the batch normalization that takes it out, with its momentum."""

    bias: str
    norm: str
    momentum: float

    @property
    def running_mean(self) -> str:
        """The running mean that has the bias in it."""
        return f"{self.norm}.running_mean"


def cancelled_biases(layers: Iterable[ShapedLayer]) -> tuple[CancelledBias, ...]:
    """The biases of layers before a batch normalization, with nothing between but layers that keep constants."""
    found, bias = [], ""
    for shaped in layers:
        if isinstance(shaped.layer, BatchNorm) and bias:
            found.append(CancelledBias(bias, shaped.name, shaped.layer.momentum))
        own = f"{shaped.name}.bias"
        if own in shaped.parameters:
            bias = own
        elif not shaped.layer.keeps_constants:
            bias = ""
    return tuple(found)


class BiasAverages:
    """The running averages of cancelled biases: what they have put into the running means so far."""

    def __init__(self, layers: Iterable[ShapedLayer], weights: ArrayDict) -> None:
        self.biases: Sequence[CancelledBias] = cancelled_biases(layers)
        self._averages = {one.bias: np.zeros_like(weights[one.bias]) for one in self.biases}

    def update(self, weights: ArrayDict) -> None:
        """Take in the biases with which a step of training is done."""
        for one in self.biases:
            average = self._averages[one.bias]
            self._averages[one.bias] = (1 - one.momentum) * average + one.momentum * weights[one.bias]

    def without(self, weights: ArrayDict) -> ArrayDict:
        """The weights, with running means as they would be if the biases had always been 0."""
        return weights | {
            one.running_mean: _less(weights[one.running_mean], self._averages[one.bias]) for one in self.biases
        }

    def settled(self, weights: ArrayDict) -> ArrayDict:
        """The weights, with running means as they would be if the biases had always been what they are now."""
        return weights | {
            one.running_mean: _less(weights[one.running_mean], self._averages[one.bias] - weights[one.bias])
            for one in self.biases
        }


def _less(mean: NDArray[np.floating], bias: NDArray[np.floating]) -> NDArray[np.floating]:
    """The mean of every feature less the bias of its channel: flattened features lie channel after channel."""
    return np.asarray((mean.reshape(len(bias), -1) - bias[:, None]).reshape(mean.shape))
