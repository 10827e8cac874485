"""Convolutions."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mnist_compare.architecture import Convolution, ShapedLayer
from mnist_compare_numpy.layers.dispatch import make_module
from mnist_compare_numpy.layers.module import Array, Module


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


@make_module.register
def _convolution(layer: Convolution, shaped: ShapedLayer) -> Module:
    return ConvolutionModule(layer)
