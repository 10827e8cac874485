"""Paddle layers of a network, with dropout with given factors and a convolution whose bias is fast."""

from typing import Any

import paddle
from paddle import nn

from mnist_compare.architecture import (
    BatchNorm,
    Convolution,
    Dropout,
    Flatten,
    Linear,
    MaxPooling,
    ReLU,
    ShapedLayer,
)
from mnist_compare.lowering.pooling import pooled_biases
from mnist_compare.recipe import Loss
from mnist_compare.recipe.mode import non_default_fields


class MaskedDropout(nn.Layer):
    """Dropout whose factors (0 or 1 / (1 - rate)) are set for every batch, instead of drawn."""

    factors: Any  # no default: Paddle keeps tensors apart from attributes, and a class's attribute would hide them

    def forward(self, x: Any) -> Any:
        """X times the factors in training, x in evaluation."""
        return x * self.factors if self.training else x


class FastBiasConv2D(nn.Conv2D):
    """Conv2D that adds its bias as [C, 1] to [N, C, H W]: Paddle takes far longer for [C, 1, 1] to [N, C, H, W]."""

    def forward(self, x: Any) -> Any:
        """The convolution of x [N, C, H, W]."""
        y = nn.functional.conv2d(x, self.weight, None, self._stride, self._padding)
        return y if self.bias is None else _biased(y, self.bias)


class PooledConvolution(nn.Layer):
    """A convolution and the pooling behind it. The bias is added last, to fewer values."""

    def __init__(self, convolution: nn.Conv2D, pooling: nn.Layer) -> None:
        super().__init__()
        self.weight, self.bias = convolution.weight, convolution.bias  # under the names that they had
        self.stride, self.padding = convolution._stride, convolution._padding
        self.pooling = pooling

    def forward(self, x: Any) -> Any:
        """X [N, C, H, W] convolved and pooled."""
        y = nn.functional.conv2d(x, self.weight, None, self.stride, self.padding)
        return _biased(self.pooling(y), self.bias)


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


def make_native_layer(shaped: ShapedLayer) -> nn.Layer:
    """The Paddle layer of a layer, with Paddle's own defaults for what the network leaves at its."""
    match shaped.layer:
        case Convolution() as layer:
            channels, bias = shaped.input_shape[0], None if layer.bias else False
            return nn.Conv2D(channels, layer.channels, layer.kernel, layer.stride, layer.padding, bias_attr=bias)
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


def make_layer(shaped: ShapedLayer) -> nn.Layer:
    """The Paddle layer of a layer of the network."""
    match shaped.layer:
        case Convolution() as layer:
            channels, bias = shaped.input_shape[0], None if layer.bias else False
            return FastBiasConv2D(channels, layer.channels, layer.kernel, layer.stride, layer.padding, bias_attr=bias)
        case MaxPooling() as layer:
            return nn.MaxPool2D(layer.size, layer.step)
        case BatchNorm() as layer:
            kind = nn.BatchNorm2D if len(shaped.input_shape) == 3 else nn.BatchNorm1D
            return kind(shaped.input_shape[0], momentum=1 - layer.momentum, epsilon=layer.epsilon)
        case ReLU():
            return nn.ReLU()
        case Dropout():
            return MaskedDropout()
        case Linear() as layer:
            return nn.Linear(shaped.input_shape[0], layer.features, bias_attr=None if layer.bias else False)
        case Flatten():
            return nn.Flatten()


def make_model(layers: tuple[ShapedLayer, ...], *, native: bool) -> nn.Sequential:
    """The network as nn.Sequential, its layers under their names."""
    make = make_native_layer if native else make_layer
    with paddle.utils.unique_name.guard():
        made = {shaped.name: make(shaped) for shaped in layers}
    for convolution, pooling in () if native else pooled_biases(layers).items():
        made[convolution] = PooledConvolution(made[convolution], made.pop(pooling))
    return nn.Sequential(*made.items())


def _biased(y: Any, bias: Any) -> Any:
    return (y.flatten(2) + bias.unsqueeze(1)).reshape(y.shape)
