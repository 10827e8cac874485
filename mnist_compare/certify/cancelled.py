"""Biases that a batch normalization takes out again, and what is left of its running mean without them.

In training such a bias has no effect: its gradient is 0 but for rounding, of which Adam makes whole steps. So neither
the bias means anything, nor the part of the running mean that comes from it. In evaluation what is left of both is the
bias less its own running average, which is the same rounding noise.
"""

from collections.abc import Iterator, Sequence
from math import prod

import msgspec
import numpy as np
from msgspec.structs import replace

from mnist_compare.architecture import BatchNorm, Branches, Chain, Residual, ShapedLayer
from mnist_compare.experiment.checkpoint import ArrayDict


class CancelledBias(msgspec.Struct, frozen=True):
    """The name of a bias, and the batch normalization that takes it out, with its momentum.

    The bias is that of some channels of the `total` that are normalized: those from `first` on.
    """

    bias: str
    norm: str
    momentum: float
    first: int = 0
    total: int = 0

    @property
    def running_mean(self) -> str:
        """The running mean that has the bias in it."""
        return f"{self.norm}.running_mean"


class _Constant(msgspec.Struct, frozen=True):
    """A bias that is added as it is to channels of what a chain gives: those from `first` on, of `total`."""

    bias: str
    first: int
    total: int


def cancelled_biases(layers: Chain) -> tuple[CancelledBias, ...]:
    """The biases of layers before a batch normalization, with nothing between but what keeps constants."""
    return tuple(_cancelled(layers))


def _cancelled(chain: Chain) -> Iterator[CancelledBias]:
    constants: list[_Constant] = []
    for shaped in chain:
        for part in shaped.parts:
            yield from _cancelled(part)
        if isinstance(shaped.layer, BatchNorm):
            for one in constants:
                yield CancelledBias(one.bias, shaped.name, shaped.layer.momentum, one.first, one.total)
        constants = _after(shaped, constants)


def _after(shaped: ShapedLayer, constants: list[_Constant]) -> list[_Constant]:
    """The constants that come out of a layer, into which these go."""
    own = f"{shaped.name}.bias"
    if own in shaped.parameters:
        return [_Constant(own, 0, prod(shaped.parameters[own]))]
    if isinstance(shaped.layer, Residual):  # a sum: what went around it, its body has made something else of as well
        return [one for part in shaped.parts for one in _of_chain(part)]
    if isinstance(shaped.layer, Branches):
        return list(_joined(shaped))
    return constants if shaped.layer.keeps_constants else []


def _of_chain(chain: Chain) -> list[_Constant]:
    constants: list[_Constant] = []
    for shaped in chain:
        constants = _after(shaped, constants)
    return constants


def _joined(shaped: ShapedLayer) -> Iterator[_Constant]:
    """Each branch has channels of its own; those of images alone are joined in a way that can be told here."""
    first, total = 0, shaped.output_shape[0]
    for part in shaped.parts:
        channels = (part[-1].output_shape if part else shaped.input_shape)[0]
        for one in _of_chain(part):
            if one.total == channels:
                yield replace(one, first=first + one.first, total=total)
        first += channels


class BiasAverages:
    """The running averages of cancelled biases: what they have put into the running means so far."""

    def __init__(self, layers: Chain, weights: ArrayDict) -> None:
        self.biases: Sequence[CancelledBias] = cancelled_biases(layers)
        self._averages = {one.bias: np.zeros_like(weights[one.bias]) for one in self.biases}

    def update(self, weights: ArrayDict) -> None:
        """Take in the biases with which a step of training is done."""
        for one in self.biases:
            average = self._averages[one.bias]
            self._averages[one.bias] = (1 - one.momentum) * average + one.momentum * weights[one.bias]

    def without(self, weights: ArrayDict) -> ArrayDict:
        """The weights, with running means as they would be if the biases had always been 0."""
        return self._less(weights, self._averages)

    def settled(self, weights: ArrayDict) -> ArrayDict:
        """The weights, with running means as they would be if the biases had always been what they are now."""
        return self._less(weights, {name: average - weights[name] for name, average in self._averages.items()})

    def _less(self, weights: ArrayDict, constants: ArrayDict) -> ArrayDict:
        """The weights with the mean of every feature less the constants of its channel."""
        found = dict(weights)
        for one in self.biases:
            mean, constant = found[one.running_mean], constants[one.bias]
            channels = np.array(mean).reshape(one.total, -1)  # flattened features lie channel after channel
            channels[one.first : one.first + len(constant)] -= constant[:, None]
            found[one.running_mean] = channels.reshape(mean.shape)
        return found
