"""Normalizations."""

import numpy as np

from mnist_compare.architecture import BatchNorm, ShapedLayer
from mnist_compare_numpy.layers.dispatch import make_module
from mnist_compare_numpy.layers.module import Array, Module


class BatchNormModule(Module):
    """Zero mean and unit variance per channel over the batch; in evaluation, over the running statistics."""

    def __init__(self, layer: BatchNorm) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Array, training: bool) -> Array:
        self.axes = (0, *range(2, x.ndim))
        mean, variance = self.arrays["running_mean"], self.arrays["running_var"]
        if training:
            count = x.size // x.shape[1]
            mean = self.total(x, self.axes) / count
            variance = self.total((x - self._wide(mean)) ** 2, self.axes) / count
            new = self.layer.momentum
            for name, value in (("running_mean", mean), ("running_var", variance)):
                self.arrays[name] = (1 - new) * self.arrays[name] + new * value
        self.scale = 1 / np.sqrt(variance + self.layer.epsilon)
        self.normalized = (x - self._wide(mean)) * self._wide(self.scale)
        return self.normalized * self._wide(self.arrays["weight"]) + self._wide(self.arrays["bias"])

    def backward(self, gradient: Array) -> Array:
        self.gradients["weight"] = self.total(gradient * self.normalized, self.axes)
        self.gradients["bias"] = self.total(gradient, self.axes)
        count = gradient.size // gradient.shape[1]
        shared = self._wide(self.gradients["bias"]) + self.normalized * self._wide(self.gradients["weight"])
        return np.asarray((gradient - shared / count) * self._wide(self.arrays["weight"] * self.scale))

    def _wide(self, channels: Array) -> Array:
        return channels.reshape(1, -1, *[1] * (len(self.axes) - 1))


@make_module.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer) -> Module:
    return BatchNormModule(layer)
