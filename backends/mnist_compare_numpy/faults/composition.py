"""Layers that hold layers, with one fault each, and losses that take auxiliary heads in wrongly."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.certify.fault import Fault
from mnist_compare.randomness import Array
from mnist_compare_numpy.experiment import NumpyExperiment
from mnist_compare_numpy.faults.experiments import with_module
from mnist_compare_numpy.layers import AuxiliaryModule, BranchesModule, DropoutModule, ResidualModule


class NoShortcut(ResidualModule):
    """The body alone."""

    def forward(self, x: Array, training: bool) -> Array:
        body, shortcut = self.parts
        return np.asarray(body.forward(x, training) + 0 * shortcut.forward(x, training))


class ReluOfSum(ResidualModule):
    """A ReLU of the sum, as many write a residual."""

    def forward(self, x: Array, training: bool) -> Array:
        self.positive = (y := super().forward(x, training)) > 0
        return np.where(self.positive, y, 0)

    def backward(self, gradient: Array) -> Array:
        return super().backward(np.where(self.positive, gradient, 0))


class NoGradientAround(ResidualModule):
    """The gradient goes back through the body alone."""

    def backward(self, gradient: Array) -> Array:
        body, shortcut = self.parts
        shortcut.backward(gradient)
        return body.backward(gradient)


class ReversedBranches(BranchesModule):
    """The last branch comes first."""

    def forward(self, x: Array, training: bool) -> Array:
        ends = [part.forward(x, training) for part in self.parts]
        self.cuts = np.cumsum([end.shape[1] for end in reversed(ends)])[:-1]
        return np.concatenate(ends[::-1], axis=1)

    def backward(self, gradient: Array) -> Array:
        pieces = np.split(gradient, self.cuts, axis=1)[::-1]
        return np.asarray(sum(part.backward(piece) for part, piece in zip(self.parts, pieces, strict=True)))


class HeadOnDetachedFeatures(AuxiliaryModule):
    """The gradient of the head's loss stays in the head."""

    def backward(self, gradient: Array) -> Array:
        super().backward(gradient)
        return gradient


class DepthOfTheBatch(DropoutModule):
    """What is drawn for the first image holds for all of the batch."""

    def forward(self, x: Array, training: bool) -> Array:
        if self.factors is not None and self.factors[0].size == 1:
            self.factors = np.broadcast_to(self.factors[:1], self.factors.shape)
        return super().forward(x, training)


class _OtherHeads(NumpyExperiment):
    """Auxiliary heads whose weight is another."""

    def build(self) -> None:
        super().build()
        for head in self.heads:
            head.weight = self.weight_of(head)

    def weight_of(self, head: AuxiliaryModule) -> float:
        """The weight that it gets."""
        raise NotImplementedError


class UnweightedHeads(_OtherHeads):
    def weight_of(self, head: AuxiliaryModule) -> float:
        return 1.0


class HeadsLeftOut(_OtherHeads):
    def weight_of(self, head: AuxiliaryModule) -> float:
        return 0.0


class HeadsInTheirMean(_OtherHeads):
    """The mean of all losses in place of their sum."""

    def weight_of(self, head: AuxiliaryModule) -> float:
        return head.weight

    def _loss(self, outputs: Array, targets: NDArray[Any]) -> tuple[float, Array]:
        loss, gradient = super()._loss(outputs, targets)
        return loss / (1 + len(self.heads)), gradient / (1 + len(self.heads))


FAULTS: tuple[Fault, ...] = (
    Fault("shortcut left out", "composition", "ways", with_module(NoShortcut)),
    Fault("relu of the sum", "composition", "ways", with_module(ReluOfSum)),
    Fault("no gradient around the body", "composition", "ways", with_module(NoGradientAround)),
    Fault("branches in another order", "composition", "ways", with_module(ReversedBranches)),
    Fault("depth of the whole batch", "composition", "ways", with_module(DepthOfTheBatch)),
    Fault("gradient of the head not passed on", "auxiliary loss", "ways", with_module(HeadOnDetachedFeatures)),
    Fault("auxiliary loss without its weight", "auxiliary loss", "ways", UnweightedHeads),
    Fault("auxiliary loss left out", "auxiliary loss", "ways", HeadsLeftOut),
    Fault("mean of all losses", "auxiliary loss", "ways", HeadsInTheirMean),
)
