"""Which torch module a layer is made of."""

from functools import singledispatch

from torch import nn

from mnist_compare.architecture import Layer, ShapedLayer
from mnist_compare_torch.backend import BACKEND


@singledispatch
def make_module(layer: Layer, shaped: ShapedLayer) -> nn.Module:
    """The torch module of a layer, which stands in the network as `shaped`. Each kind of layer registers its own.

    Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("layer", layer, "layers.make_module")
