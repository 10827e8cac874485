"""Convolutions."""

import numpy as np

from mnist_compare.architecture import Convolution, ShapedLayer, TransposedConvolution
from mnist_compare.architecture.layers.windows import both
from mnist_compare_numpy.layers.dispatch import make_module
from mnist_compare_numpy.layers.module import Array, Module
from mnist_compare_numpy.layers.windows import crop, pad, places, windows


class ConvolutionModule(Module):
    """Every window of the padded image, as a row, times the kernels; where there are groups, each by its own part."""

    def __init__(self, layer: Convolution) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Array, training: bool) -> Array:
        layer, self.sides = self.layer, self.layer.sides(x.shape[1:])
        padded = pad(x, self.sides)
        found = windows(padded, both(layer.kernel), both(layer.stride), both(layer.dilation))
        self.padded_shape, (count, _, height, width) = padded.shape, found.shape[:4]
        self.rows = found.transpose(0, 2, 3, 1, 4, 5).reshape(count * height * width, -1)
        y = np.concatenate([self.rows[:, values] @ kernels.T for values, kernels in self._groups()], axis=1)
        if self.layer.bias:
            y += self.arrays["bias"]
        return y.reshape(count, height, width, -1).transpose(0, 3, 1, 2)

    def backward(self, gradient: Array) -> Array:
        count, channels, height, width = gradient.shape
        rows = gradient.transpose(0, 2, 3, 1).reshape(-1, channels)
        parts = np.split(rows, self.layer.groups, axis=1)
        found = [part.T @ self.rows[:, values] for part, (values, _) in zip(parts, self._groups(), strict=True)]
        self.gradients["weight"] = np.concatenate(found).reshape(self.arrays["weight"].shape)
        if self.layer.bias:
            self.gradients["bias"] = self.total(rows, (0,))
        back = np.concatenate(
            [part @ kernels for part, (_, kernels) in zip(parts, self._groups(), strict=True)], axis=1
        )
        return self._put_together(back.reshape(count, height, width, -1, *both(self.layer.kernel)))

    def _groups(self) -> list[tuple[slice, Array]]:
        """For each group the values of a row that it takes, and its kernels as rows."""
        kernels = self.arrays["weight"].reshape(len(self.arrays["weight"]), -1)
        size = kernels.shape[1]
        return [
            (slice(number * size, (number + 1) * size), part)
            for number, part in enumerate(np.split(kernels, self.layer.groups))
        ]

    def _put_together(self, back: Array) -> Array:
        """The gradient in the images, of that in all windows [N, h, w, C, *kernel]."""
        stride, dilation = both(self.layer.stride), both(self.layer.dilation)
        found = back.transpose(0, 3, 4, 5, 1, 2)
        padded: Array = np.zeros(self.padded_shape, dtype=back.dtype)
        for i, j in np.ndindex(both(self.layer.kernel)):
            padded[places((back.shape[1], back.shape[2]), (i, j), stride, dilation)] += found[:, :, i, j]
        return crop(padded, self.sides)


class TransposedConvolutionModule(Module):
    """The kernels times each pixel, added up where they overlap."""

    def __init__(self, layer: TransposedConvolution, shaped: ShapedLayer) -> None:
        super().__init__()
        self.layer, self.whole = layer, layer.whole(shaped.input_shape)
        self.sides = (layer.padding, layer.padding, layer.padding, layer.padding)

    def forward(self, x: Array, training: bool) -> Array:
        count, channels, height, width = x.shape
        self.rows = x.transpose(0, 2, 3, 1).reshape(-1, channels)
        weight = self.arrays["weight"]
        made = (self.rows @ weight.reshape(channels, -1)).reshape(count, height, width, *weight.shape[1:])
        made, y = made.transpose(0, 3, 4, 5, 1, 2), np.zeros((count, weight.shape[1], *self.whole), dtype=x.dtype)
        for i, j in np.ndindex(both(self.layer.kernel)):
            y[places((height, width), (i, j), both(self.layer.stride))] += made[:, :, i, j]
        y = crop(y, self.sides)
        return y + self.arrays["bias"].reshape(-1, 1, 1) if self.layer.bias else y

    def backward(self, gradient: Array) -> Array:
        if self.layer.bias:
            self.gradients["bias"] = self.total(gradient, (0, 2, 3))
        weight, padded = self.arrays["weight"], pad(gradient, self.sides)
        found = windows(padded, both(self.layer.kernel), both(self.layer.stride))
        count, _, height, width = found.shape[:4]
        rows = found.transpose(0, 2, 3, 1, 4, 5).reshape(count * height * width, -1)
        self.gradients["weight"] = (self.rows.T @ rows).reshape(weight.shape)
        return (rows @ weight.reshape(len(weight), -1).T).reshape(count, height, width, -1).transpose(0, 3, 1, 2)


@make_module.register
def _convolution(layer: Convolution, shaped: ShapedLayer) -> Module:
    return ConvolutionModule(layer)


@make_module.register
def _transposed_convolution(layer: TransposedConvolution, shaped: ShapedLayer) -> Module:
    return TransposedConvolutionModule(layer, shaped)
