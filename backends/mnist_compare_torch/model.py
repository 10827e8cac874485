"""The whole network as torch modules."""

from collections import OrderedDict
from collections.abc import Callable, Mapping

from torch import nn

from mnist_compare.architecture import Chain, Composite, Flatten, Layer, ShapedLayer
from mnist_compare.lowering import Lowered
from mnist_compare_torch.layers import compose, make_module
from mnist_compare_torch.layers.convolution import PaddedConvolution, PooledConvolution
from mnist_compare_torch.layers.linear import ChannelsLastFlatten

Make = Callable[[Layer, ShapedLayer], nn.Module]


def make_model(lowered: Lowered, make: Make = make_module) -> nn.Sequential:
    """The network as nn.Sequential; its state has the canonical names, and its values the order of `flat_order`."""

    def tuned(layer: Layer, shaped: ShapedLayer) -> nn.Module:
        flat = isinstance(layer, Flatten) and len(shaped.input_shape) == 3 and shaped.name in lowered.flat_order
        return ChannelsLastFlatten() if flat else make(layer, shaped)

    model = make_sequence(lowered.layers, tuned, lowered.pooled_biases)
    for name in lowered.in_place:
        model.get_submodule(name).inplace = True
    return model


def make_sequence(layers: Chain, make: Make, pooled_biases: Mapping[str, str] | None = None) -> nn.Sequential:
    """Layers one after the other as nn.Sequential: each by `make`, those that hold others by `compose`."""
    return nn.Sequential(_make_modules(layers, make, pooled_biases or {}))


def _make_modules(layers: Chain, make: Make, pooled_biases: Mapping[str, str]) -> OrderedDict[str, nn.Module]:
    made: OrderedDict[str, nn.Module] = OrderedDict()
    for shaped in layers:
        module = _make_one(shaped, make, pooled_biases)
        if isinstance(module, PaddedConvolution):
            made[f"{shaped.name}_padding"], module = module
        made[shaped.name] = module
    for shaped in layers:
        if pooling := pooled_biases.get(shaped.name):
            made[shaped.name] = PooledConvolution(made[shaped.name], made.pop(pooling))
    return OrderedDict((name.rpartition(".")[2], module) for name, module in made.items())


def _make_one(shaped: ShapedLayer, make: Make, pooled_biases: Mapping[str, str]) -> nn.Module:
    if not isinstance(shaped.layer, Composite):
        return make(shaped.layer, shaped)
    return compose(shaped.layer, [_make_modules(part, make, pooled_biases) for part in shaped.parts])
