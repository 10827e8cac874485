"""Biases that a normalization, or a softmax, takes out again, and what is left of a running mean without them.

In training such a bias has no effect: its gradient is 0 but for rounding, of which Adam makes whole steps. So neither
the bias means anything, nor the part of a running mean that comes from it. In evaluation what is left of both is the
bias less its own running average, which is the same rounding noise. A normalization over a group of channels, or over
a whole image, takes out what the biases of its channels have in common, and no more: those mean something.
"""

from collections.abc import Iterator, Sequence
from math import prod

import msgspec
import numpy as np
from msgspec.structs import replace

from mnist_compare.architecture import BatchNorm, Branches, Chain, ChannelDropout, Flatten, Residual, ShapedLayer
from mnist_compare.experiment.checkpoint import ArrayDict


class CancelledBias(msgspec.Struct, frozen=True):
    """The name of a bias, and the layer that takes it out; `momentum` is that of its running mean, if it has one.

    The bias is that of some channels of the `total` that are normalized: those from `first` on.
    """

    bias: str
    norm: str
    momentum: float | None = None
    first: int = 0
    total: int = 0

    @property
    def running_mean(self) -> str:
        """The running mean that has the bias in it."""
        return f"{self.norm}.running_mean"


class _Constant(msgspec.Struct, frozen=True):
    """A bias that is added as it is to channels of what a chain gives: those from `first` on, of `total`.

    It may be another number for each value of an image (`of_values`), or have become another one in each image
    (`by_image`).
    """

    bias: str
    first: int
    total: int
    of_values: bool = False
    by_image: bool = False

    def is_removed(self, norm: ShapedLayer) -> bool:
        """Whether a layer takes it out. Each value of an image is a channel of its own once the image is flat."""
        of_channels = not self.of_values or len(norm.input_shape) == 1
        alike = not self.by_image or norm.layer.image_by_image
        return of_channels and alike and norm.layer.removes_constants(norm.input_shape)

    def is_kept(self, shaped: ShapedLayer) -> bool:
        """Whether it is added as it is behind a layer too."""
        return isinstance(shaped.layer, Flatten) if self.of_values else shaped.layer.keeps_constants


def cancelled_biases(layers: Chain) -> tuple[CancelledBias, ...]:
    """The biases of layers before a normalization, with nothing between but what keeps constants; and those that the
    softmax of their own layer takes out.
    """
    return tuple(_cancelled(layers))


def _cancelled(chain: Chain) -> Iterator[CancelledBias]:
    constants: list[_Constant] = []
    for shaped in chain:
        for part in shaped.parts:
            yield from _cancelled(part)
        yield from (CancelledBias(f"{shaped.name}.{key}", shaped.name) for key in shaped.layer.without_effect)
        momentum = shaped.layer.momentum if isinstance(shaped.layer, BatchNorm) else None
        for one in constants:
            if one.is_removed(shaped):
                yield CancelledBias(one.bias, shaped.name, momentum, one.first, one.total)
        constants = _after(shaped, constants)


def _after(shaped: ShapedLayer, constants: list[_Constant]) -> list[_Constant]:
    """The constants that come out of a layer, into which these go."""
    own = f"{shaped.name}.bias"
    if own in shaped.parameters:
        shape = shaped.parameters[own]
        # The channels of a sequence are its last axis: a running mean would have them in another order.
        added = shaped.layer.adds_bias and len(shaped.output_shape) != 2
        return [_Constant(own, 0, prod(shape), of_values=len(shape) > 1)] if added else []
    if isinstance(shaped.layer, ChannelDropout):  # it scales a channel of an image as a whole
        return [replace(one, by_image=True) for one in constants if not one.of_values]
    if isinstance(shaped.layer, Residual):  # a sum: what went around it, its body has made something else of as well
        return [one for part in shaped.parts for one in _of_chain(part)]
    if isinstance(shaped.layer, Branches):
        return list(_joined(shaped))
    return [one for one in constants if one.is_kept(shaped)]


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
        self.biases: Sequence[CancelledBias] = [one for one in cancelled_biases(layers) if one.momentum is not None]
        self._averages = {one.bias: np.zeros_like(weights[one.bias]) for one in self.biases}

    def update(self, weights: ArrayDict) -> None:
        """Take in the biases with which a step of training is done."""
        for one in self.biases:
            assert one.momentum is not None
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
            channels[one.first : one.first + constant.size] -= constant.reshape(-1, 1)
            found[one.running_mean] = channels.reshape(mean.shape)
        return found
