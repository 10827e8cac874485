"""Poolings."""

from typing import Any

import keras
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mnist_compare.architecture import (
    AdaptiveAveragePooling,
    AveragePooling,
    GlobalAveragePooling,
    MaxPooling,
    ShapedLayer,
)
from mnist_compare.architecture.layers.windows import both, same_sides
from mnist_compare.errors import BackendError
from mnist_compare_keras.layers.dispatch import ORDER, make_function, make_layers


@make_layers.register
def _max_pooling(layer: MaxPooling, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    pooling = keras.layers.MaxPooling2D
    if not layer.padding or _is_same(layer, shaped):
        padding = "same" if layer.padding else "valid"
        return [pooling(layer.size, layer.step, padding, data_format=ORDER, name=shaped.name, dtype=dtype)]
    around = [[0, 0], [layer.padding] * 2, [layer.padding] * 2, [0, 0]]

    def pool(x: Any) -> Any:
        # ZeroPadding2D would put in zeros, which are larger than negative values.
        padded = keras.ops.pad(x, around, constant_values=float("-inf"))
        return pooling(layer.size, layer.step, data_format=ORDER, dtype=dtype)(padded)

    return [make_function(shaped, dtype, pool)]


@make_layers.register
def _average_pooling(layer: AveragePooling, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    name, pooling = shaped.name, keras.layers.AveragePooling2D
    if layer.padding and not layer.count_padding and _is_same(layer, shaped):  # Keras counts none
        return [pooling(layer.size, layer.step, "same", data_format=ORDER, name=name, dtype=dtype)]
    made = [pooling(layer.size, layer.step, data_format=ORDER, name=name, dtype=dtype)]
    if layer.padding:
        padding = keras.layers.ZeroPadding2D
        made.insert(0, padding(layer.padding, data_format=ORDER, name=f"{name}_padding", dtype=dtype))
    if layer.padding and not layer.count_padding:
        share = _shares(layer, shaped)
        scaling = keras.layers.Normalization  # divides each pixel by a number of its own
        none = np.zeros_like(share)
        made.append(scaling((1, 2), mean=none, variance=share**2, name=f"{name}_count", dtype=dtype))
    return made


@make_layers.register
def _adaptive_average_pooling(
    layer: AdaptiveAveragePooling, shaped: ShapedLayer, dtype: Any
) -> list[keras.layers.Layer]:
    if not hasattr(keras.layers, "AdaptiveAveragePooling2D"):
        raise BackendError(
            f"Keras {keras.__version__} has no AdaptiveAveragePooling2D for layer {shaped.name}; newer versions have: "
            "pip install --upgrade keras"
        )
    pooling = keras.layers.AdaptiveAveragePooling2D
    return [pooling(layer.size, data_format=ORDER, name=shaped.name, dtype=dtype)]


@make_layers.register
def _global_average_pooling(layer: GlobalAveragePooling, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    pooling = keras.layers.GlobalAveragePooling2D
    return [pooling(data_format=ORDER, keepdims=True, name=shaped.name, dtype=dtype)]


def _is_same(layer: MaxPooling | AveragePooling, shaped: ShapedLayer) -> bool:
    """Whether the padding is what "same" is for images of this shape."""
    sides = same_sides(shaped.input_shape, both(layer.size), both(layer.step))
    return sides == (layer.padding,) * 4


def _shares(layer: AveragePooling, shaped: ShapedLayer) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The share of each window, [height, width], that lies in the image."""
    (height, width), (down, right) = both(layer.size), both(layer.step)
    image = np.pad(np.ones(shaped.input_shape[1:]), layer.padding)
    return sliding_window_view(image, (height, width))[::down, ::right].mean(axis=(2, 3))
