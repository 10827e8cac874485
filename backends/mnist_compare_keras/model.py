"""The whole network as Keras layers."""

from collections.abc import Callable
from itertools import chain
from typing import Any

import keras

from mnist_compare.architecture import Auxiliary, Chain, Composite, Flatten, walk
from mnist_compare.lowering import Lowered
from mnist_compare.lowering.layout import ChannelsLast
from mnist_compare_keras.layers import join, make_layers
from mnist_compare_keras.layers.convolution import PooledConvolution

Made = dict[str, list[keras.layers.Layer]]
"""The Keras layers of each layer, by its name; those of a layer that another has taken in are missing."""


def make_model(
    lowered: Lowered, order: ChannelsLast, dtype: Any, make: Callable[..., list[keras.layers.Layer]] = make_layers
) -> keras.Model:
    """The network as `connect` gives it, for images [N, H, W, C]."""
    made = make_all(lowered.layers, order, dtype, make)
    for convolution, pooling in lowered.pooled_biases.items():
        made[convolution][-1] = PooledConvolution(made[convolution][-1], made.pop(pooling)[0])
    return connect(lowered.layers, made, dtype)


def make_all(layers: Chain, order: ChannelsLast, dtype: Any, make: Callable[..., list[keras.layers.Layer]]) -> Made:
    """What `make` makes of all layers that hold no others. A flatten outside of `order` gives C-H-W."""
    made = {
        shaped.name: make(shaped.layer, shaped, dtype)
        for shaped in walk(layers)
        if not isinstance(shaped.layer, Composite)
    }
    for shaped in walk(layers):
        if isinstance(shaped.layer, Flatten) and len(shaped.input_shape) == 3 and shaped.name not in order:
            made[shaped.name].insert(0, keras.layers.Permute((3, 1, 2), name=f"{shaped.name}_order", dtype=dtype))
    return made


def connect(layers: Chain, made: Made, dtype: Any, image: Any = None) -> keras.Model:
    """A keras.Sequential of layers one after the other; where some hold others, a model of the functional API.

    With auxiliary heads its outputs are a list: the network's, then those of the heads.
    """
    channels, height, width = layers[0].input_shape
    image = keras.Input((height, width, channels)) if image is None else image
    if not any(shaped.parts for shaped in layers):
        return keras.Sequential([image, *chain.from_iterable(made.values())])
    heads: list[Any] = []
    outputs = _through(layers, made, dtype, image, heads)
    return keras.Model(image, [outputs, *heads] if heads else outputs)


def network_alone(model: keras.Model) -> keras.Model:
    """The model without the outputs of auxiliary heads; it has the layers of the other."""
    outputs = model.outputs
    return model if len(outputs) == 1 else keras.Model(model.inputs, outputs[0])


def _through(layers: Chain, made: Made, dtype: Any, x: Any, heads: list[Any]) -> Any:
    """What the layers make of the tensor x; what auxiliary heads make goes to `heads`."""
    for shaped in layers:
        if isinstance(shaped.layer, Composite):
            ends = [_through(part, made, dtype, x, heads) for part in shaped.parts]
            if isinstance(shaped.layer, Auxiliary):
                heads += ends
            x = join(shaped.layer, shaped, x, ends, dtype)
        for layer in made.get(shaped.name, []):
            x = layer(x)
    return x
