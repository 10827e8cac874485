"""Layers with one fault each: what an adapter of a framework would compute that translates something wrongly."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare_numpy.layers import (
    BatchNormModule,
    ConvolutionModule,
    DropoutModule,
    FlattenModule,
    LinearModule,
    MaxPoolingModule,
    Module,
    ReLUModule,
)
from mnist_compare_numpy.layers.windows import places

Array = NDArray[Any]
STATISTICS = ("running_mean", "running_var")


class Turned(Module):
    """A layer that takes its weight's axes in another order."""

    def forward(self, x: Array, training: bool) -> Array:
        with self._turned():
            return super().forward(x, training)

    def backward(self, gradient: Array) -> Array:
        with self._turned():
            x = super().backward(gradient)
        self.gradients["weight"] = self.turn(self.gradients["weight"])
        return x

    def turn(self, weight: Array) -> Array:
        """The other order, of which this is also the way back."""
        raise NotImplementedError

    @contextmanager
    def _turned(self) -> Iterator[None]:
        weight = self.arrays["weight"]
        self.arrays["weight"] = np.ascontiguousarray(self.turn(weight))
        yield
        self.arrays["weight"] = weight


class SpatiallyTransposedKernel(Turned, ConvolutionModule):
    def turn(self, weight: Array) -> Array:
        return weight.swapaxes(2, 3)


class FlippedKernel(Turned, ConvolutionModule):
    """A convolution in the mathematician's sense."""

    def turn(self, weight: Array) -> Array:
        return weight[:, :, ::-1, ::-1]


class SwappedChannels(Turned, ConvolutionModule):
    def turn(self, weight: Array) -> Array:
        return weight.swapaxes(0, 1) if weight.shape[0] == weight.shape[1] else weight


class UntransposedLinear(Turned, LinearModule):
    def turn(self, weight: Array) -> Array:
        return weight.T if weight.shape[0] == weight.shape[1] else weight


class SamePadding(ConvolutionModule):
    """Pads as TensorFlow's "same" does: at a stride of 2, more after than before."""

    def forward(self, x: Array, training: bool) -> Array:
        layer = self.layer
        self.layer = msgspec.structs.replace(layer, padding="same")
        y = super().forward(x, training)
        self.layer = layer
        return y


class Float32Convolution(ConvolutionModule):
    """Rounds what it takes in to float32."""

    def forward(self, x: Array, training: bool) -> Array:
        return super().forward(x.astype(np.float32).astype(x.dtype), training)


class CeilPooling(MaxPoolingModule):
    """Takes in the windows that reach over the edge."""

    def forward(self, x: Array, training: bool) -> Array:
        over = (0, -(x.shape[2] - self.size[0]) % self.stride[0])
        self.side = x.shape[2]
        return super().forward(np.pad(x, ((0, 0), (0, 0), over, over), constant_values=-np.inf), training)

    def backward(self, gradient: Array) -> Array:
        return super().backward(gradient)[:, :, : self.side, : self.side]


class _ByPosition(MaxPoolingModule):
    """Pooling whose gradient is a share for each position of the window."""

    def forward(self, x: Array, training: bool) -> Array:
        self.x, self.y = x, self.pool(x, super().forward(x, training))
        return self.y

    def backward(self, gradient: Array) -> Array:
        x = np.zeros_like(self.x)
        for position in np.ndindex(self.size):
            x[self._at(position)] += gradient * self.share(self.x[self._at(position)])
        return x

    def pool(self, x: Array, largest: Array) -> Array:
        """The output."""
        return largest

    def share(self, values: Array) -> Array:
        """The share of the gradient that values [N, C, h, w] at one position of their windows get."""
        raise NotImplementedError

    def _at(self, position: tuple[int, ...]) -> tuple[slice, ...]:
        (height, width), (i, j) = self.first.shape[2:], position
        return places((height, width), (i, j), self.stride)


class TiedPooling(_ByPosition):
    """Gives the gradient to all the largest values of a window."""

    def share(self, values: Array) -> Array:
        return np.asarray(values == self.y)


class AveragePooling(_ByPosition):
    def pool(self, x: Array, largest: Array) -> Array:
        return np.asarray(sum(x[self._at(position)] for position in np.ndindex(self.size)) / np.prod(self.size))

    def share(self, values: Array) -> Array:
        return np.full_like(values, 1 / np.prod(self.size))


class SlopeAtZero(ReLUModule):
    """Has the gradient 1 at 0."""

    def forward(self, x: Array, training: bool) -> Array:
        y = super().forward(x, training)
        self.positive = x >= 0
        return y


class UnbiasedVariance(BatchNormModule):
    """Keeps the unbiased variance, as torch does."""

    def forward(self, x: Array, training: bool) -> Array:
        kept = (1 - self.layer.momentum) * self.arrays["running_var"]
        y = super().forward(x, training)
        if training:
            count = x.size // x.shape[1]
            self.arrays["running_var"] = kept + (self.arrays["running_var"] - kept) * count / (count - 1)
        return y


class FrozenStatistics(BatchNormModule):
    """Does not update its running statistics."""

    def forward(self, x: Array, training: bool) -> Array:
        kept = {name: self.arrays[name] for name in STATISTICS}
        y = super().forward(x, training)
        self.arrays |= kept
        return y


class BatchStatistics(FrozenStatistics):
    """Normalizes by the batch in evaluation, too."""

    def forward(self, x: Array, training: bool) -> Array:
        return BatchNormModule.forward(self, x, True) if training else super().forward(x, True)


class RunningStatistics(BatchNormModule):
    """Normalizes by the running statistics in training, too."""

    def forward(self, x: Array, training: bool) -> Array:
        if training:
            super().forward(x, True)
        return super().forward(x, False)


class ConstantStatistics(BatchNormModule):
    """Takes the statistics of the batch for constants in the gradient."""

    def backward(self, gradient: Array) -> Array:
        super().backward(gradient)
        return np.asarray(gradient * self._wide(self.arrays["weight"] * self.scale))


class Float32Statistics(BatchNormModule):
    """Rounds its running statistics to float32."""

    def forward(self, x: Array, training: bool) -> Array:
        y = super().forward(x, training)
        self.arrays |= {name: self.arrays[name].astype(np.float32).astype(x.dtype) for name in STATISTICS}
        return y


class DropoutInEvaluation(DropoutModule):
    """Drops in evaluation, too, with the last factors."""

    def forward(self, x: Array, training: bool) -> Array:
        if not training and self.factors is not None:
            return np.asarray(x * np.resize(self.factors, x.shape))
        return super().forward(x, training)


class ChannelsLastFlatten(FlattenModule):
    """Flattens in H-W-C order."""

    def forward(self, x: Array, training: bool) -> Array:
        return super().forward(x.transpose(0, 2, 3, 1), training)

    def backward(self, gradient: Array) -> Array:
        return super().backward(gradient).transpose(0, 3, 1, 2)
