"""Linear layers and flattening."""

from paddle import nn

from mnist_compare.architecture import Flatten, Linear, ShapedLayer
from mnist_compare.experiment.layout import Kept, moved
from mnist_compare_paddle.layers.dispatch import kept_arrays, make_layer


@make_layer.register
def _linear(layer: Linear, shaped: ShapedLayer) -> nn.Layer:
    return nn.Linear(shaped.input_shape[-1], layer.count, bias_attr=None if layer.bias else False)


@kept_arrays.register
def _linear_arrays(layer: Linear, shaped: ShapedLayer) -> dict[str, Kept]:
    return {"weight": moved("weight", (1, 0))}


@make_layer.register
def _flatten(layer: Flatten, shaped: ShapedLayer) -> nn.Layer:
    return nn.Flatten()
