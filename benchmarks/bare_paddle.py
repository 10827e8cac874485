"""The training of a network in PaddlePaddle alone, as one would write it by hand who knows what makes it fast.

All images in memory, one gather per batch, one thread, and the bias of a convolution added to rows of pixels, which
Paddle does far faster than its own `bias_attr`. Compiling with `paddle.jit.to_static` gains nothing at this size.
python -m benchmarks.bare_paddle cnn --images 11520 --epochs 2
"""

from operator import attrgetter
from time import perf_counter
from typing import Any

import numpy as np
import paddle
from paddle import nn
from paddle.nn import functional as F  # noqa: N812 (Paddle's own name for it)

from benchmarks.given import Given, first_loss, given
from benchmarks.networks_paddle import NETWORKS
from benchmarks.task import Sample, Task, run
from mnist_compare.experiment.steps import Steps
from mnist_compare.recipe import Adadelta, Adam, Optimizer


class FastConv2D(nn.Layer):
    """A convolution that adds its bias as [C, 1] to [N, C, H W]."""

    def __init__(self, convolution: nn.Conv2D) -> None:
        super().__init__()
        self.weight, self.bias = convolution.weight, convolution.bias
        self.padding = convolution._padding

    def forward(self, x: Any) -> Any:
        """The convolution of x [N, C, H, W]."""
        y = F.conv2d(x, self.weight, None, 1, self.padding)
        return (y.flatten(2) + self.bias.unsqueeze(1)).reshape(y.shape)


class MaskedDropout(nn.Layer):
    """Dropout by factors that are set for every batch."""

    factors: Any

    def forward(self, x: Any) -> Any:
        """X times the factors."""
        return x * self.factors


ALL_THREADS = ("pytorch_example", "resnet18")  # with the largest products; elsewhere one thread is faster
Batch = tuple[Any, list[Any], float]


def measure(task: Task) -> Sample:
    """Train."""
    if task.architecture not in ALL_THREADS:
        paddle.base.core.set_num_threads(1)
    work = given(task)
    model = make_model(work)
    trained = [p for name, p in model.named_parameters() if not (p.stop_gradient or name.endswith("bias_hh_l0"))]
    optimizer = make_optimizer(work.optimizer, trained)
    images, targets = paddle.to_tensor(np.array(work.data.train_images)), paddle.to_tensor(work.data.train_labels)
    dropouts = [layer for layer in model.sublayers() if isinstance(layer, MaskedDropout)]

    def train(batches: list[Batch]) -> list[float]:
        losses, before = [], 0.0
        for batch, factors, rate in batches:
            if rate != before:
                optimizer.set_lr(rate)
                before = rate
            for dropout, values in zip(dropouts, factors, strict=True):
                dropout.factors = values
            loss = F.cross_entropy(model(paddle.gather(images, batch)), paddle.gather(targets, batch))
            loss.backward()
            optimizer.step()
            optimizer.clear_grad()
            losses.append(loss.detach())
        found: list[float] = paddle.stack(losses).tolist()
        return found

    one, *others = [make_batches(steps) for steps in work.epochs]
    begin = perf_counter()
    losses = train(one[:1])
    first = perf_counter()
    for batches in (one[1:], *others):
        losses += train(batches)
    end = perf_counter()
    count = sum(int(parameter.size) for parameter in trained)
    images_trained = (len(losses) - 1) * work.recipe.batch_size
    return Sample(end - first, images_trained, first - begin, first_loss(np.array(losses), task.epochs), count)


def make_batches(steps: Steps) -> list[Batch]:
    """Of every batch of an epoch the indices, the dropout factors, and the learning rate."""
    return [
        (paddle.to_tensor(steps.indices[i]), [paddle.to_tensor(mask[i]) for mask in steps.masks.values()], rate)
        for i, rate in enumerate(steps.learning_rates.tolist())
    ]


def make_optimizer(asked: Optimizer, parameters: list[Any]) -> Any:
    """The recipe's Adam, SGD or Adadelta."""
    rate = asked.learning_rate
    if isinstance(asked, Adam):
        return paddle.optimizer.Adam(rate, asked.beta1, asked.beta2, asked.epsilon, parameters)
    if isinstance(asked, Adadelta):
        return paddle.optimizer.Adadelta(rate, asked.epsilon, asked.rho, parameters)
    return paddle.optimizer.SGD(rate, parameters)


def make_model(work: Given) -> nn.Layer:
    """The network with the initial weights, fast biases, and dropout by factors. Linear weights are [in, out]."""
    model = NETWORKS[work.architecture.name]()
    for name, layer in model.named_children():
        if isinstance(layer, nn.Dropout):
            setattr(model, name, MaskedDropout())
        if isinstance(layer, nn.Conv2D) and layer.bias is not None:
            setattr(model, name, FastConv2D(layer))
    names = {"running_mean": "_mean", "running_var": "_variance", "bias_l0": "bias_ih_l0"}
    for name, array in work.weights.items():
        layer, _, key = name.rpartition(".")
        tensor = attrgetter(f"{layer}.{names.get(key, key)}")(model)
        tensor.set_value(np.ascontiguousarray(array.T) if "linear" in layer and array.ndim == 2 else array)
    return model


if __name__ == "__main__":
    run(measure)
