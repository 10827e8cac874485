"""Which module a layer is made of."""

from functools import singledispatch

from mnist_compare.architecture import Layer, ShapedLayer
from mnist_compare_numpy.backend import BACKEND
from mnist_compare_numpy.layers.module import Module


@singledispatch
def make_module(layer: Layer, shaped: ShapedLayer) -> Module:
    """The module of a layer, without its arrays; `shaped` is the layer in its network. Each kind of layer registers
    its own. Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("layer", layer, "layers.make_module")
