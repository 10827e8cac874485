"""Normalizations and dropouts of channels with one fault each."""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import GroupNorm, InstanceNorm, LayerNorm, LocalResponseNorm
from mnist_compare.certify.fault import Fault
from mnist_compare.experiment.steps import Steps
from mnist_compare_numpy.faults.experiments import with_layer, with_module, with_steps
from mnist_compare_numpy.layers import LocalResponseNormModule, SampleNormModule

Array = NDArray[Any]
change = msgspec.structs.replace


class UnbiasedVariance(SampleNormModule):
    """Divides the squares by one less than there are."""

    def forward(self, x: Array, training: bool) -> Array:
        count = x[0].size // self.pieces
        epsilon, self.epsilon = self.epsilon, self.epsilon * (count - 1) / count
        super().forward(x, training)
        self.epsilon, self.scale = epsilon, self.scale * np.sqrt((count - 1) / count)
        self.normalized = self.normalized * np.sqrt((count - 1) / count)
        return self.scaled(self.normalized)


class ConstantStatistics(SampleNormModule):
    """Takes mean and variance for constants in the gradient."""

    def backward(self, gradient: Array) -> Array:
        super().backward(gradient)
        if "weight" in self.arrays:
            gradient = gradient * self._wide(self.arrays["weight"])
        return np.asarray((gradient.reshape(len(self.scale), -1) * self.scale).reshape(gradient.shape))


class OverChannels(SampleNormModule):
    """A layer norm of images that normalizes over the channels of each pixel: Keras's, of which no axis is said."""

    def forward(self, x: Array, training: bool) -> Array:
        self.moved = x.ndim == 4 and self.axes == (0,)
        if not self.moved:
            return super().forward(x, training)
        pieces, self.pieces = self.pieces, x[0, 0].size
        last = np.ascontiguousarray(x.transpose(0, 2, 3, 1))
        arrays, self.arrays = self.arrays, {}
        super().forward(last, training)
        self.pieces, self.arrays = pieces, arrays
        return self.scaled(self.normalized.transpose(0, 3, 1, 2))

    def backward(self, gradient: Array) -> Array:
        if not self.moved:
            return super().backward(gradient)
        last, self.normalized = self.normalized, self.normalized.transpose(0, 3, 1, 2)
        self.keep_gradients(gradient, self.normalized)
        arrays, self.arrays, self.normalized = self.arrays, {}, last
        back = super().backward(np.ascontiguousarray((gradient * arrays["weight"]).transpose(0, 2, 3, 1)))
        self.arrays = arrays
        return np.asarray(back.transpose(0, 3, 1, 2))


class TurnedFactors(SampleNormModule):
    """Takes the factors of an image with height and width swapped."""

    def forward(self, x: Array, training: bool) -> Array:
        return self._turned(super().forward, x, training)

    def backward(self, gradient: Array) -> Array:
        back = self._turned(super().backward, gradient)
        if self.arrays["weight"].ndim == 3:
            self.gradients["weight"] = self.gradients["weight"].swapaxes(1, 2)
        return back

    def _turned(self, operation: Any, *operands: Any) -> Array:
        weight = self.arrays["weight"]
        self.arrays["weight"] = weight.swapaxes(1, 2) if weight.ndim == 3 else weight
        result: Array = operation(*operands)
        self.arrays["weight"] = weight
        return result


class DealtOut(SampleNormModule):
    """A group norm whose groups take every third channel, and so on, in place of neighbours."""

    def forward(self, x: Array, training: bool) -> Array:
        self.order = np.arange(x.shape[1])
        if self.axes == (0, 2, 3):
            self.order = self.order.reshape(-1, self.pieces).T.ravel()
        return self._dealt(super().forward, x, training)

    def backward(self, gradient: Array) -> Array:
        back = self._dealt(super().backward, gradient)
        self.gradients = {key: array[np.argsort(self.order)] for key, array in self.gradients.items()}
        return back

    def _dealt(self, operation: Any, x: Array, *operands: Any) -> Array:
        arrays = self.arrays
        self.arrays = {key: array[self.order] for key, array in arrays.items()}
        result: Array = operation(np.ascontiguousarray(x[:, self.order]), *operands)
        self.arrays = arrays
        return result[:, np.argsort(self.order)]


class ConstantWindow(LocalResponseNormModule):
    """Takes the mean of the squares for a constant in the gradient."""

    def backward(self, gradient: Array) -> Array:
        return np.asarray(gradient * self.base**-self.layer.beta)


def masks_of_one_image(steps: Steps, before: Steps) -> Steps:
    """Masks of channels are the same for all images of a batch."""
    masks = {
        name: np.ascontiguousarray(np.broadcast_to(mask[:, :1], mask.shape)) if mask.shape[3:] == (1, 1) else mask
        for name, mask in steps.masks.items()
    }
    return change(steps, masks=masks)


FAULTS: tuple[Fault, ...] = (
    Fault(
        "epsilon of layer norm 1e-3", "layer norm", "norms", with_layer(LayerNorm, lambda n: change(n, epsilon=1e-3))
    ),
    Fault("layer norm over the channels alone", "layer norm", "norms", with_module(OverChannels)),
    Fault("layer norm's height and width swapped", "layer norm", "norms", with_module(TurnedFactors)),
    Fault("variance of an image unbiased", "instance norm", "norms", with_module(UnbiasedVariance)),
    Fault("statistics of an image taken for constants", "instance norm", "norms", with_module(ConstantStatistics)),
    Fault(
        "epsilon of instance norm 1e-3",
        "instance norm",
        "norms",
        with_layer(InstanceNorm, lambda n: change(n, epsilon=1e-3)),
    ),
    Fault("another number of groups", "group norm", "norms", with_layer(GroupNorm, lambda n: change(n, groups=2))),
    Fault("channels dealt out to groups", "group norm", "norms", with_module(DealtOut)),
    Fault(
        "response norm by the sum",
        "local response norm",
        "norms",
        with_layer(LocalResponseNorm, lambda n: change(n, alpha=n.alpha * n.size)),
    ),
    Fault(
        "size of a response norm taken for its radius",
        "local response norm",
        "norms",
        with_layer(LocalResponseNorm, lambda n: change(n, size=2 * n.size + 1)),
    ),
    Fault(
        "window of a response norm taken for a constant", "local response norm", "norms", with_module(ConstantWindow)
    ),
    Fault("channels dropped alike in all images", "dropout", "norms", with_steps(masks_of_one_image)),
)
