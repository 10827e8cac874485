"""Windows of images, and how what goes back to them is put together."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mnist_compare_numpy.layers.module import Array

Pair = tuple[int, int]


def windows(x: Array, size: Pair, stride: Pair, dilation: Pair = (1, 1)) -> Array:
    """Views of the windows of images [N, C, H, W]: [N, C, h, w, *size]. With a dilation there are gaps in a window."""
    height, width = (by * (side - 1) + 1 for side, by in zip(size, dilation, strict=True))
    every = sliding_window_view(x, (height, width), axis=(2, 3))
    return every[:, :, :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]


def places(count: Pair, position: Pair, stride: Pair, dilation: Pair = (1, 1)) -> tuple[slice, slice, slice, slice]:
    """Where the pixels at one position (row, column) of all `count` windows lie in the images."""
    rows, columns = (
        slice(at * apart, at * apart + by * number, by)
        for number, at, by, apart in zip(count, position, stride, dilation, strict=True)
    )
    return slice(None), slice(None), rows, columns


def pad(x: Array, sides: tuple[int, int, int, int], value: float = 0.0) -> Array:
    """The images with rows and columns of a value at top, bottom, left and right."""
    top, bottom, left, right = sides
    return np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=value)


def crop(x: Array, sides: tuple[int, int, int, int]) -> Array:
    """What `pad` has taken."""
    top, bottom, left, right = sides
    return x[:, :, top : x.shape[2] - bottom, left : x.shape[3] - right]
