"""Poolings."""

import numpy as np

from mnist_compare.architecture import (
    AdaptiveAveragePooling,
    AveragePooling,
    GlobalAveragePooling,
    MaxPooling,
    ShapedLayer,
)
from mnist_compare.architecture.layers.windows import both
from mnist_compare_numpy.layers.dispatch import make_module
from mnist_compare_numpy.layers.module import Array, Module
from mnist_compare_numpy.layers.windows import crop, pad, places, windows


class MaxPoolingModule(Module):
    """The largest value of each window; the gradient goes to the first largest one in row-major order."""

    def __init__(self, layer: MaxPooling) -> None:
        super().__init__()
        self.size, self.stride = both(layer.size), both(layer.step)
        self.sides = (layer.padding, layer.padding, layer.padding, layer.padding)

    def forward(self, x: Array, training: bool) -> Array:
        padded = pad(x, self.sides, -np.inf)
        flat = windows(padded, self.size, self.stride)
        flat = flat.reshape(*flat.shape[:4], -1)
        self.padded_shape, self.first = padded.shape, flat.argmax(axis=-1)
        return np.asarray(np.take_along_axis(flat, self.first[..., None], axis=-1)[..., 0])

    def backward(self, gradient: Array) -> Array:
        height, width = gradient.shape[2:]
        x = np.zeros(self.padded_shape, dtype=gradient.dtype)
        for position, at in enumerate(np.ndindex(self.size)):
            x[places((height, width), at, self.stride)] += np.where(self.first == position, gradient, 0)
        return crop(x, self.sides)


class AveragePoolingModule(Module):
    """The mean of each window: its sum over a count, which is smaller at the border where padding is not counted."""

    def __init__(self, layer: AveragePooling, shaped: ShapedLayer) -> None:
        super().__init__()
        self.size, self.stride = both(layer.size), both(layer.step)
        self.sides = (layer.padding, layer.padding, layer.padding, layer.padding)
        pixels = np.ones((1, 1, *shaped.input_shape[1:]))
        counted = windows(pad(pixels, self.sides, float(layer.count_padding)), self.size, self.stride)
        self.count = counted.sum(axis=(-2, -1))

    def forward(self, x: Array, training: bool) -> Array:
        padded = pad(x, self.sides)
        self.padded_shape = padded.shape
        return np.asarray(windows(padded, self.size, self.stride).sum(axis=(-2, -1)) / self.count.astype(x.dtype))

    def backward(self, gradient: Array) -> Array:
        height, width = gradient.shape[2:]
        x = np.zeros(self.padded_shape, dtype=gradient.dtype)
        share = gradient / self.count.astype(gradient.dtype)
        for at in np.ndindex(self.size):
            x[places((height, width), at, self.stride)] += share
        return crop(x, self.sides)


class AdaptivePoolingModule(Module):
    """The mean of each bin."""

    def __init__(self, shaped: ShapedLayer) -> None:
        super().__init__()
        self.shape, self.bins = shaped.output_shape, shaped.output_shape[1:]

    def forward(self, x: Array, training: bool) -> Array:
        self.x_shape = x.shape
        y = np.empty((len(x), *self.shape), dtype=x.dtype)
        for i, j in np.ndindex(self.bins):
            y[:, :, i, j] = x[self._bin(i, j)].mean(axis=(2, 3))
        return y

    def backward(self, gradient: Array) -> Array:
        x = np.zeros(self.x_shape, dtype=gradient.dtype)
        for i, j in np.ndindex(self.bins):
            part = x[self._bin(i, j)]
            part += gradient[:, :, i, j, None, None] / (part.shape[2] * part.shape[3])
        return x

    def _bin(self, i: int, j: int) -> tuple[slice, slice, slice, slice]:
        rows, columns = (
            slice(number * side // count, -(-(number + 1) * side // count))
            for number, side, count in zip((i, j), self.x_shape[2:], self.bins, strict=True)
        )
        return slice(None), slice(None), rows, columns


@make_module.register
def _max_pooling(layer: MaxPooling, shaped: ShapedLayer) -> Module:
    return MaxPoolingModule(layer)


@make_module.register
def _average_pooling(layer: AveragePooling, shaped: ShapedLayer) -> Module:
    return AveragePoolingModule(layer, shaped)


@make_module.register(AdaptiveAveragePooling)
@make_module.register(GlobalAveragePooling)
def _adaptive_average_pooling(layer: AdaptiveAveragePooling | GlobalAveragePooling, shaped: ShapedLayer) -> Module:
    return AdaptivePoolingModule(shaped)
