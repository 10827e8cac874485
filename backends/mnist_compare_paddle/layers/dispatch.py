"""Which Paddle layer a layer is made of, and how that keeps its arrays."""

from collections.abc import Mapping
from functools import singledispatch

from paddle import nn

from mnist_compare.architecture import Layer, ShapedLayer
from mnist_compare.experiment.layout import Kept
from mnist_compare_paddle.backend import BACKEND


@singledispatch
def make_layer(layer: Layer, shaped: ShapedLayer) -> nn.Layer:
    """The Paddle layer of a layer, which stands in the network as `shaped`. Each kind of layer registers its own.

    Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("layer", layer, "layers.make_layer")


@singledispatch
def kept_arrays(layer: Layer, shaped: ShapedLayer) -> Mapping[str, Kept]:
    """How Paddle keeps the arrays of a layer, by their canonical names, where it is another name or order."""
    return {}
