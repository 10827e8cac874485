"""What Paddle does by its own defaults, for native mode: its layers and its optimizers."""

from typing import Any

import paddle
from paddle import nn

from mnist_compare.architecture import BatchNorm, Dropout, ShapedLayer
from mnist_compare.recipe import SGD, Adam, AdamW, Optimizer
from mnist_compare.recipe.mode import non_default_fields
from mnist_compare_paddle.layers import make_layer


def make_native_layer(shaped: ShapedLayer) -> nn.Layer:
    """The Paddle layer of a layer, with Paddle's own defaults for what the network leaves at its."""
    match shaped.layer:
        case BatchNorm() as layer:
            given = non_default_fields(layer)
            if "momentum" in given:  # Paddle's is the share of the old
                given["momentum"] = 1 - given["momentum"]
            kind = nn.BatchNorm2D if len(shaped.input_shape) == 3 else nn.BatchNorm1D
            return kind(shaped.input_shape[0], **given)
        case Dropout(rate=rate):
            return nn.Dropout(rate)
        case _:
            return make_layer(shaped)


def make_native_optimizer(optimizer: Optimizer, parameters: list[Any]) -> Any:
    """The Paddle optimizer with Paddle's own defaults for what the recipe leaves at its."""
    given = non_default_fields(optimizer) | {"learning_rate": 0.0, "parameters": parameters}
    if "nesterov" in given:
        given["use_nesterov"] = given.pop("nesterov")
    kinds = {SGD: "Momentum" if "momentum" in given else "SGD", Adam: "Adam", AdamW: "AdamW"}
    return getattr(paddle.optimizer, kinds[type(optimizer)])(**given)
