"""The layers in plain NumPy: what each computes, and how the gradient goes back through it.

Every layer keeps from `forward` what its `backward` needs. `backward` takes the gradient of the loss in
the output, leaves those of its parameters in `gradients`, and gives the one in the input.
"""

from functools import singledispatch
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mnist_compare.architecture import (
    BatchNorm,
    Convolution,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPooling,
    ReLU,
    ShapedLayer,
)
from mnist_compare_numpy.backend import BACKEND

Array = NDArray[Any]


class Module:
    """A layer with its arrays. `factors` are the dropout factors of the current batch."""

    def __init__(self) -> None:
        self.arrays: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}
        self.factors: Array | None = None

    def forward(self, x: Array, training: bool) -> Array:
        raise NotImplementedError

    def backward(self, gradient: Array) -> Array:
        raise NotImplementedError

    def total(self, x: Array, axes: tuple[int, ...]) -> Array:
        """The sum over these axes. What is summed lies in one row, for NumPy adds pairs only there: values that are
        added one after the other lose digits.
        """
        kept = [axis for axis in range(x.ndim) if axis not in axes]
        rows = np.ascontiguousarray(x.transpose(*kept, *axes)).reshape(*(x.shape[axis] for axis in kept), -1)
        return np.asarray(rows.sum(axis=-1))


class ConvolutionModule(Module):
    """Every window of the padded image, as a row, times the kernels."""

    def __init__(self, layer: Convolution) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Array, training: bool) -> Array:
        padding, kernel, stride = self.layer.padding, self.layer.kernel, self.layer.stride
        padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
        windows = sliding_window_view(padded, (kernel, kernel), axis=(2, 3))[:, :, ::stride, ::stride]
        self.padded_shape, (count, _, height, width) = padded.shape, windows.shape[:4]
        self.rows = windows.transpose(0, 2, 3, 1, 4, 5).reshape(count * height * width, -1)
        weight = self.arrays["weight"]
        y = self.rows @ weight.reshape(len(weight), -1).T
        if self.layer.bias:
            y += self.arrays["bias"]
        return y.reshape(count, height, width, -1).transpose(0, 3, 1, 2)

    def backward(self, gradient: Array) -> Array:
        count, channels, height, width = gradient.shape
        weight = self.arrays["weight"]
        rows = gradient.transpose(0, 2, 3, 1).reshape(-1, channels)
        self.gradients["weight"] = (rows.T @ self.rows).reshape(weight.shape)
        if self.layer.bias:
            self.gradients["bias"] = self.total(rows, (0,))
        kernel, stride, padding = self.layer.kernel, self.layer.stride, self.layer.padding
        windows = (rows @ weight.reshape(channels, -1)).reshape(count, height, width, -1, kernel, kernel)
        windows = windows.transpose(0, 3, 4, 5, 1, 2)
        padded: Array = np.zeros(self.padded_shape, dtype=gradient.dtype)
        for i in range(kernel):
            for j in range(kernel):
                padded[:, :, i : i + stride * height : stride, j : j + stride * width : stride] += windows[:, :, i, j]
        return padded[:, :, padding : padded.shape[2] - padding, padding : padded.shape[3] - padding]


class MaxPoolingModule(Module):
    """The largest value of each window; the gradient goes to the first largest one in row-major order."""

    def __init__(self, layer: MaxPooling) -> None:
        super().__init__()
        self.size, self.stride = layer.size, layer.step

    def forward(self, x: Array, training: bool) -> Array:
        windows = sliding_window_view(x, (self.size, self.size), axis=(2, 3))[:, :, :: self.stride, :: self.stride]
        flat = windows.reshape(*windows.shape[:4], -1)
        self.input_shape, self.first = x.shape, flat.argmax(axis=-1)
        return np.asarray(np.take_along_axis(flat, self.first[..., None], axis=-1)[..., 0])

    def backward(self, gradient: Array) -> Array:
        height, width = gradient.shape[2:]
        x = np.zeros(self.input_shape, dtype=gradient.dtype)
        for position in range(self.size**2):
            i, j = divmod(position, self.size)
            part = np.where(self.first == position, gradient, 0)
            x[:, :, i : i + self.stride * height : self.stride, j : j + self.stride * width : self.stride] += part
        return x


class ReLUModule(Module):
    """max(x, 0), with gradient 0 at 0."""

    def forward(self, x: Array, training: bool) -> Array:
        self.positive = x > 0
        return np.where(self.positive, x, 0)

    def backward(self, gradient: Array) -> Array:
        return np.where(self.positive, gradient, 0)


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


class DropoutModule(Module):
    """The values times the factors that the core has drawn."""

    def forward(self, x: Array, training: bool) -> Array:
        self.scale = self.factors if training and self.factors is not None else np.ones((), dtype=x.dtype)
        return x * self.scale

    def backward(self, gradient: Array) -> Array:
        return gradient * self.scale


class LinearModule(Module):
    """x W^T + b."""

    def forward(self, x: Array, training: bool) -> Array:
        self.x = x
        y = x @ self.arrays["weight"].T
        return y + self.arrays["bias"] if "bias" in self.arrays else y

    def backward(self, gradient: Array) -> Array:
        self.gradients["weight"] = gradient.T @ self.x
        if "bias" in self.arrays:
            self.gradients["bias"] = self.total(gradient, (0,))
        return gradient @ self.arrays["weight"]


class FlattenModule(Module):
    """One row per sample, in C-H-W order."""

    def forward(self, x: Array, training: bool) -> Array:
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, gradient: Array) -> Array:
        return gradient.reshape(self.shape)


@singledispatch
def make_module(layer: Layer, shaped: ShapedLayer) -> Module:
    """The module of a layer, without its arrays; `shaped` is the layer in its network. Each kind of layer registers
    its own. Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("layer", layer, "layers.make_module")


@make_module.register
def _convolution(layer: Convolution, shaped: ShapedLayer) -> Module:
    return ConvolutionModule(layer)


@make_module.register
def _max_pooling(layer: MaxPooling, shaped: ShapedLayer) -> Module:
    return MaxPoolingModule(layer)


@make_module.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer) -> Module:
    return BatchNormModule(layer)


@make_module.register
def _relu(layer: ReLU, shaped: ShapedLayer) -> Module:
    return ReLUModule()


@make_module.register
def _dropout(layer: Dropout, shaped: ShapedLayer) -> Module:
    return DropoutModule()


@make_module.register
def _linear(layer: Linear, shaped: ShapedLayer) -> Module:
    return LinearModule()


@make_module.register
def _flatten(layer: Flatten, shaped: ShapedLayer) -> Module:
    return FlattenModule()
