"""The whole network as Paddle layers, and its loss in training."""

from collections.abc import Callable
from typing import Any

import paddle
from paddle import nn

from mnist_compare.architecture import Convolution, Layer, ShapedLayer
from mnist_compare.lowering import Lowered
from mnist_compare.recipe import Loss
from mnist_compare_paddle.layers import make_layer
from mnist_compare_paddle.layers.convolution import LateBiasConvolution
from mnist_compare_paddle.layers.dropout import MaskedDropout


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
