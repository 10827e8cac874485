"""The whole network as torch modules."""

from collections import OrderedDict
from collections.abc import Callable

from torch import nn

from mnist_compare.architecture import Flatten, Layer, ShapedLayer
from mnist_compare.lowering import Lowered
from mnist_compare_torch.layers import make_module
from mnist_compare_torch.layers.convolution import PooledConvolution
from mnist_compare_torch.layers.linear import ChannelsLastFlatten


def make_model(lowered: Lowered, make: Callable[[Layer, ShapedLayer], nn.Module] = make_module) -> nn.Sequential:
    """The network as nn.Sequential; its state has the canonical names, and its values the order of `flat_order`."""
    modules = OrderedDict((shaped.name, make(shaped.layer, shaped)) for shaped in lowered.layers)
    for convolution, pooling in lowered.pooled_biases.items():
        modules[convolution] = PooledConvolution(modules[convolution], modules.pop(pooling))
    for shaped in lowered.layers:
        if isinstance(shaped.layer, Flatten) and len(shaped.input_shape) == 3 and shaped.name in lowered.flat_order:
            modules[shaped.name] = ChannelsLastFlatten()
    return nn.Sequential(modules)
