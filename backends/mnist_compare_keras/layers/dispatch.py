"""Which Keras layers a layer is made of, channels last, and how they keep its arrays."""

from collections.abc import Callable, Mapping
from functools import singledispatch
from typing import Any

import keras

from mnist_compare.architecture import Layer, ShapedLayer
from mnist_compare.experiment.layout import Kept
from mnist_compare_keras.backend import BACKEND

ORDER = "channels_last"
"""Said to every layer that asks: a user's keras.json may say otherwise."""


@singledispatch
def make_layers(layer: Layer, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    """The Keras layers that stand for one layer of the network, channels last; the first with arrays has its name.

    Each kind of layer registers its own. Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("layer", layer, "layers.make_layers")


@singledispatch
def kept_arrays(layer: Layer, shaped: ShapedLayer) -> Mapping[str, Kept]:
    """How Keras keeps the arrays of a layer, by their canonical names, where it is another name or order."""
    return {}


def make_function(shaped: ShapedLayer, dtype: Any, function: Callable[[Any], Any]) -> keras.Model:
    """The layer as a model of functions of `keras.ops`, where Keras has no layer for it; maps are channels last.

    Keras saves and loads such a model, unlike a layer of our own.
    """
    computed = keras.dtype_policies.get(dtype).compute_dtype
    shape = shaped.input_shape
    x = keras.Input((*shape[1:], shape[0]) if len(shape) == 3 else shape, dtype=computed)
    return keras.Model(x, function(x), name=shaped.name)
