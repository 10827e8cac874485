"""Normalizations."""

from math import prod

import numpy as np

from mnist_compare.architecture import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, LocalResponseNorm, ShapedLayer
from mnist_compare_numpy.layers.dispatch import make_module
from mnist_compare_numpy.layers.module import Array, Module


class _Trained(Module):
    """What a normalization is followed by: a trained factor, a trained summand, both or neither.

    `axes` are those of x over which their gradients are summed up: 2 and 3 are height and width.
    """

    axes: tuple[int, ...]

    def scaled(self, normalized: Array) -> Array:
        """The normalized values times the factors, plus the summands."""
        y = normalized * self._wide(self.arrays["weight"]) if "weight" in self.arrays else normalized
        return y + self._wide(self.arrays["bias"]) if "bias" in self.arrays else y

    def keep_gradients(self, gradient: Array, normalized: Array) -> tuple[Array, Array]:
        """Leave the gradients of factors and summands, which are there or would be, and give them."""
        found = self.total(gradient * normalized, self.axes), self.total(gradient, self.axes)
        self.gradients |= {
            key: array for key, array in zip(("weight", "bias"), found, strict=True) if key in self.arrays
        }
        return found

    def _wide(self, array: Array) -> Array:
        """With an axis of one for height and one for width, where the array has a number for each channel of images."""
        return array.reshape(*array.shape, *[1 for axis in self.axes if axis > 1])


class BatchNormModule(_Trained):
    """Zero mean and unit variance per channel over the batch; in evaluation, over the running statistics."""

    def __init__(self, layer: BatchNorm) -> None:
        super().__init__()
        self.layer = layer
        self.still = False  # frozen: the running statistics are taken in training, too

    def forward(self, x: Array, training: bool) -> Array:
        training = training and not self.still
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
        return self.scaled(self.normalized)

    def backward(self, gradient: Array) -> Array:
        products, sums = self.keep_gradients(gradient, self.normalized)
        factor = self.arrays["weight"] * self.scale if "weight" in self.arrays else self.scale
        if self.still:
            return np.asarray(gradient * self._wide(factor))
        count = gradient.size // gradient.shape[1]
        shared = self._wide(sums) + self.normalized * self._wide(products)
        return np.asarray((gradient - shared / count) * self._wide(factor))


class SampleNormModule(_Trained):
    """Zero mean and unit variance over each of the equal `pieces` into which the values of a sample are cut."""

    def __init__(self, pieces: int, epsilon: float, axes: tuple[int, ...]) -> None:
        super().__init__()
        self.pieces, self.epsilon, self.axes = pieces, epsilon, axes

    def forward(self, x: Array, training: bool) -> Array:
        rows = x.reshape(len(x) * self.pieces, -1)
        deviations = rows - self._mean(rows)
        self.scale = 1 / np.sqrt(self._mean(deviations**2) + self.epsilon)
        self.normalized = (deviations * self.scale).reshape(x.shape)
        return self.scaled(self.normalized)

    def backward(self, gradient: Array) -> Array:
        self.keep_gradients(gradient, self.normalized)
        if "weight" in self.arrays:
            gradient = gradient * self._wide(self.arrays["weight"])
        rows, normalized = (each.reshape(len(self.scale), -1) for each in (gradient, self.normalized))
        shared = self._mean(rows) + normalized * self._mean(rows * normalized)
        return np.asarray(((rows - shared) * self.scale).reshape(gradient.shape))

    def _mean(self, rows: Array) -> Array:
        return np.asarray(self.total(rows, (1,))[:, None] / rows.shape[1])


class LocalResponseNormModule(Module):
    """x / (k + alpha m)^beta, where m is the mean of the squares of neighbouring channels."""

    def __init__(self, layer: LocalResponseNorm) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Array, training: bool) -> Array:
        self.x = x
        self.base = self.layer.k + self.layer.alpha * self.mean(x * x)
        return np.asarray(x * self.base**-self.layer.beta)

    def backward(self, gradient: Array) -> Array:
        direct = gradient * self.base**-self.layer.beta
        # A channel is in the windows of those that are in its own.
        around = self.mean(direct * self.x / self.base)
        return np.asarray(direct - 2 * self.layer.alpha * self.layer.beta * self.x * around)

    def mean(self, values: Array) -> Array:
        """Of the window around each channel, with 0 for those that there are not."""
        reach, channels = self.layer.size // 2, values.shape[1]
        padded = np.pad(values, ((0, 0), (reach, reach), (0, 0), (0, 0)))
        windows = [padded[:, start : start + channels] for start in range(self.layer.size)]
        return np.asarray(sum(windows[1:], windows[0]) / self.layer.size)


@make_module.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer) -> Module:
    return BatchNormModule(layer)


@make_module.register
def _layer_norm(layer: LayerNorm, shaped: ShapedLayer) -> Module:
    positions = prod(shaped.input_shape) // prod(layer.normalized_shape(shaped.input_shape))
    return SampleNormModule(positions, layer.epsilon, (0, 1) if len(shaped.input_shape) == 2 else (0,))


@make_module.register
def _instance_norm(layer: InstanceNorm, shaped: ShapedLayer) -> Module:
    return SampleNormModule(shaped.input_shape[0], layer.epsilon, (0, 2, 3))


@make_module.register
def _group_norm(layer: GroupNorm, shaped: ShapedLayer) -> Module:
    return SampleNormModule(layer.groups, layer.epsilon, (0, 2, 3))


@make_module.register
def _local_response_norm(layer: LocalResponseNorm, shaped: ShapedLayer) -> Module:
    return LocalResponseNormModule(layer)
