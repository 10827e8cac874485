"""The whole network as Keras layers."""

from collections.abc import Callable
from itertools import chain
from typing import Any

import keras

from mnist_compare.architecture import Flatten
from mnist_compare.lowering import Lowered
from mnist_compare.lowering.layout import ChannelsLast
from mnist_compare_keras.layers import make_layers
from mnist_compare_keras.layers.convolution import PooledConvolution


def make_model(
    lowered: Lowered, order: ChannelsLast, dtype: Any, make: Callable[..., list[keras.layers.Layer]] = make_layers
) -> keras.Sequential:
    """The network as keras.Sequential, for images [N, H, W, C]. A flatten outside of `order` gives C-H-W."""
    channels, height, width = lowered.layers[0].input_shape
    made = {shaped.name: make(shaped.layer, shaped, dtype) for shaped in lowered.layers}
    for convolution, pooling in lowered.pooled_biases.items():
        made[convolution][-1] = PooledConvolution(made[convolution][-1], made.pop(pooling)[0])
    for shaped in lowered.layers:
        if isinstance(shaped.layer, Flatten) and len(shaped.input_shape) == 3 and shaped.name not in order:
            made[shaped.name].insert(0, keras.layers.Permute((3, 1, 2), name=f"{shaped.name}_order", dtype=dtype))
    return keras.Sequential([keras.Input((height, width, channels)), *chain.from_iterable(made.values())])
