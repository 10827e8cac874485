"""Poolings."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mnist_compare.architecture import MaxPooling, ShapedLayer
from mnist_compare_numpy.layers.dispatch import make_module
from mnist_compare_numpy.layers.module import Array, Module


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


@make_module.register
def _max_pooling(layer: MaxPooling, shaped: ShapedLayer) -> Module:
    return MaxPoolingModule(layer)
