"""Which torch module a layer is made of, and how that keeps its arrays."""

from collections.abc import Mapping
from functools import singledispatch

from torch import nn

from mnist_compare.architecture import Layer, ShapedLayer
from mnist_compare.experiment.layout import Kept
from mnist_compare_torch.backend import BACKEND


@singledispatch
def make_module(layer: Layer, shaped: ShapedLayer) -> nn.Module:
    """The torch module of a layer, which stands in the network as `shaped`. Each kind of layer registers its own.

    Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("layer", layer, "layers.make_module")


@singledispatch
def kept_arrays(layer: Layer, shaped: ShapedLayer) -> Mapping[str, Kept]:
    """How torch keeps the arrays of a layer, by their canonical names, where it is another name or order."""
    return {}
