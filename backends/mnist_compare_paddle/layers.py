"""Paddle layers of a network, with dropout with given factors and a convolution that adds its bias late."""

from collections.abc import Callable
from functools import singledispatch
from typing import Any

import paddle
from paddle import nn

from mnist_compare.architecture import (
    BatchNorm,
    Convolution,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPooling,
    ReLU,
    ShapedLayer,
)
from mnist_compare.lowering import Lowered
from mnist_compare.recipe import Loss
from mnist_compare_paddle.backend import BACKEND


class MaskedDropout(nn.Layer):
    """Dropout whose factors (0 or 1 / (1 - rate)) are set for every batch, instead of drawn."""

    factors: Any  # no default: Paddle keeps tensors apart from attributes, and a class's attribute would hide them

    def forward(self, x: Any) -> Any:
        """X times the factors in training, x in evaluation."""
        return x * self.factors if self.training else x


class LateBiasConvolution(nn.Layer):
    """A convolution that adds its bias by itself: behind the pooling that follows, to fewer values, or as rows.

    As [C, 1] to [N, C, H W] it is the same sum as [C, 1, 1] to [N, C, H, W], which takes Paddle far longer.
    """

    def __init__(self, convolution: nn.Conv2D, pooling: nn.Layer | None, *, rows: bool) -> None:
        super().__init__()
        self.weight, self.bias = convolution.weight, convolution.bias  # under the names that they had
        self.stride, self.padding = convolution._stride, convolution._padding
        self.pooling, self.rows = pooling, rows

    def forward(self, x: Any) -> Any:
        """The convolution of x [N, C, H, W], pooled if there is a pooling."""
        y = nn.functional.conv2d(x, self.weight, None, self.stride, self.padding)
        if self.pooling is not None:
            y = self.pooling(y)
        if self.rows:
            return (y.flatten(2) + self.bias.unsqueeze(1)).reshape(y.shape)
        return y + self.bias.reshape([-1, 1, 1])


class TrainingLoss(nn.Layer):
    """The mean loss of a batch: one function from data to loss, so that Paddle can compile it as a whole."""

    def __init__(self, model: nn.Layer, loss: Loss, dropouts: list[MaskedDropout]) -> None:
        super().__init__()
        self.model = model
        self.loss = loss
        self.dropouts = dropouts

    def forward(self, images: Any, targets: Any, batch: Any, masks: list[Any]) -> Any:
        """The loss of the images and targets that the indices `batch` [N] choose, with the dropouts' factors."""
        for dropout, factors in zip(self.dropouts, masks):  # noqa: B905 (Paddle does not compile `strict`)
            dropout.factors = factors
        outputs, wanted = self.model(paddle.gather(images, batch)), paddle.gather(targets, batch)
        if self.loss == "mean_squared_error":
            return nn.functional.mse_loss(outputs, wanted)
        # Both cross_entropy and log_softmax would cut the loss of a sample at 64 on CPU.
        return paddle.logsumexp(outputs, 1).mean() + nn.functional.nll_loss(outputs, wanted)


@singledispatch
def make_layer(layer: Layer, shaped: ShapedLayer) -> nn.Layer:
    """The Paddle layer of a layer, which stands in the network as `shaped`. Each kind of layer registers its own.

    Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("layer", layer, "layers.make_layer")


@make_layer.register
def _convolution(layer: Convolution, shaped: ShapedLayer) -> nn.Layer:
    channels, bias = shaped.input_shape[0], None if layer.bias else False
    return nn.Conv2D(channels, layer.channels, layer.kernel, layer.stride, layer.padding, bias_attr=bias)


@make_layer.register
def _max_pooling(layer: MaxPooling, shaped: ShapedLayer) -> nn.Layer:
    return nn.MaxPool2D(layer.size, layer.step)


@make_layer.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer) -> nn.Layer:
    kind = nn.BatchNorm2D if len(shaped.input_shape) == 3 else nn.BatchNorm1D
    return kind(shaped.input_shape[0], momentum=1 - layer.momentum, epsilon=layer.epsilon)


@make_layer.register
def _relu(layer: ReLU, shaped: ShapedLayer) -> nn.Layer:
    return nn.ReLU()


@make_layer.register
def _dropout(layer: Dropout, shaped: ShapedLayer) -> nn.Layer:
    return MaskedDropout()


@make_layer.register
def _linear(layer: Linear, shaped: ShapedLayer) -> nn.Layer:
    return nn.Linear(shaped.input_shape[0], layer.features, bias_attr=None if layer.bias else False)


@make_layer.register
def _flatten(layer: Flatten, shaped: ShapedLayer) -> nn.Layer:
    return nn.Flatten()


def make_model(lowered: Lowered, make: Callable[[Layer, ShapedLayer], nn.Layer] = make_layer) -> nn.Sequential:
    """The network as nn.Sequential, its layers under their names."""
    with paddle.utils.unique_name.guard():
        made = {shaped.name: make(shaped.layer, shaped) for shaped in lowered.layers}
    for shaped in lowered.layers:
        if isinstance(shaped.layer, Convolution) and shaped.layer.bias:
            pooling = lowered.pooled_biases.get(shaped.name)
            if pooling or lowered.bias_rows:
                behind = made.pop(pooling) if pooling else None
                made[shaped.name] = LateBiasConvolution(made[shaped.name], behind, rows=lowered.bias_rows)
    return nn.Sequential(*made.items())
