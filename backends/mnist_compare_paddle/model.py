"""The whole network as Paddle layers, and its loss in training."""

from collections.abc import Callable
from typing import Any

import paddle
from paddle import nn

from mnist_compare.architecture import Chain, Composite, Convolution, Layer, ShapedLayer
from mnist_compare.lowering import Lowered
from mnist_compare.recipe import Recipe
from mnist_compare_paddle.layers import compose, make_layer
from mnist_compare_paddle.layers.composition import AuxiliaryHead
from mnist_compare_paddle.layers.convolution import LateBiasConvolution
from mnist_compare_paddle.layers.dropout import MaskedDropout

Make = Callable[[Layer, ShapedLayer], nn.Layer]


class TrainingLoss(nn.Layer):
    """The mean loss of a batch: one function from data to loss, so that Paddle can compile it as a whole."""

    def __init__(self, model: nn.Layer, recipe: Recipe, dropouts: list[MaskedDropout], classes: int) -> None:
        super().__init__()
        self.model = model
        self.loss, self.smoothing, self.mixes = recipe.loss, recipe.label_smoothing, recipe.mixes
        self.classes = classes
        weights = recipe.class_weights or (1.0,) * classes
        self.weights = paddle.to_tensor(weights) if recipe.class_weights or recipe.label_smoothing else None
        self.dropouts = dropouts
        self.heads = [layer for layer in model.children() if isinstance(layer, AuxiliaryHead)]

    def forward(self, images: Any, targets: Any, batch: Any, masks: list[Any]) -> Any:
        """The loss of the images and targets that the indices `batch` [N] choose, with the dropouts' factors."""
        for dropout, factors in zip(self.dropouts, masks):  # noqa: B905 (Paddle does not compile `strict`)
            dropout.factors = factors
        outputs, wanted = self.model(paddle.gather(images, batch)), paddle.gather(targets, batch)
        loss = self.of(outputs, wanted)
        for head in self.heads:
            loss = loss + head.weight * self.of(head.output, wanted)
        return loss

    def of(self, outputs: Any, wanted: Any) -> Any:
        """The loss of these outputs."""
        if self.loss == "mean_squared_error":
            return nn.functional.mse_loss(outputs, wanted)
        if self.mixes:
            return paddle.logsumexp(outputs, 1).mean() - (wanted * outputs).sum() / wanted.shape[0]
        if self.weights is not None:
            return self.weighted(outputs, wanted)
        # Both cross_entropy and log_softmax would cut the loss of a sample at 64 on CPU.
        return paddle.logsumexp(outputs, 1).mean() + nn.functional.nll_loss(outputs, wanted)

    def weighted(self, outputs: Any, wanted: Any) -> Any:
        """Cross-entropy against smoothed labels, its mean weighted by the class of each image."""
        logarithms = outputs - paddle.logsumexp(outputs, 1, keepdim=True)
        labels = nn.functional.one_hot(wanted, self.classes).astype(outputs.dtype)
        labels = (labels * (1 - self.smoothing) + self.smoothing / self.classes) * self.weights
        return -(labels * logarithms).sum() / paddle.gather(self.weights, wanted).sum()


def make_model(lowered: Lowered, make: Make = make_layer) -> nn.Sequential:
    """The network as nn.Sequential, its layers under their names."""
    with paddle.utils.unique_name.guard():
        return nn.Sequential(*_make_layers(lowered.layers, make, lowered).items())


def make_sequence(layers: Chain, make: Make) -> nn.Sequential:
    """Layers one after the other as nn.Sequential: each by `make`, those that hold others by `compose`."""
    return nn.Sequential(*_make_layers(layers, make).items())


def _make_layers(layers: Chain, make: Make, lowered: Lowered | None = None) -> dict[str, nn.Layer]:
    made = {shaped.name: _make_one(shaped, make, lowered) for shaped in layers}
    for shaped in layers:
        if lowered and isinstance(shaped.layer, Convolution) and shaped.layer.bias:
            pooling = lowered.pooled_biases.get(shaped.name)
            if pooling or lowered.bias_rows:
                behind = made.pop(pooling) if pooling else None
                made[shaped.name] = LateBiasConvolution(made[shaped.name], behind, rows=lowered.bias_rows)
    return {name.rpartition(".")[2]: layer for name, layer in made.items()}


def _make_one(shaped: ShapedLayer, make: Make, lowered: Lowered | None) -> nn.Layer:
    if not isinstance(shaped.layer, Composite):
        return make(shaped.layer, shaped)
    return compose(shaped.layer, [_make_layers(part, make, lowered) for part in shaped.parts])
