"""The training of a network in PaddlePaddle alone, as one would write it by hand who knows what makes it fast.

All images in memory, one gather per batch, one thread, and the bias of a convolution added to rows of pixels, which
Paddle does far faster than its own `bias_attr`. Compiling with `paddle.jit.to_static` gains nothing at this size.
python -m benchmarks.bare_paddle cnn --images 11520 --epochs 2
"""

from time import perf_counter
from typing import Any

import numpy as np
import paddle
from paddle import nn
from paddle.nn import functional as F  # noqa: N812 (Paddle's own name for it)

from benchmarks.given import Given, first_loss, given
from benchmarks.task import Sample, Task, run
from mnist_compare.recipe import Adam, Optimizer


class FastConv2D(nn.Conv2D):
    """A convolution that adds its bias as [C, 1] to [N, C, H W]."""

    def forward(self, x: Any) -> Any:
        """The convolution of x [N, C, H, W]."""
        y = F.conv2d(x, self.weight, None, self._stride, self._padding)
        return (y.flatten(2) + self.bias.unsqueeze(1)).reshape(y.shape)


def cnn() -> nn.Layer:
    """Two convolutions."""
    return nn.Sequential(
        ("conv1", FastConv2D(1, 8, 3, padding=1)),
        ("relu1", nn.ReLU()),
        ("pool1", nn.MaxPool2D(2)),
        ("conv2", FastConv2D(8, 16, 3, padding=1)),
        ("relu2", nn.ReLU()),
        ("pool2", nn.MaxPool2D(2)),
        ("flatten", nn.Flatten()),
        ("linear1", nn.Linear(784, 10)),
    )


def mlp() -> nn.Layer:
    """Three linear layers."""
    return nn.Sequential(
        ("flatten", nn.Flatten()),
        ("linear1", nn.Linear(784, 256)),
        ("relu1", nn.ReLU()),
        ("linear2", nn.Linear(256, 256)),
        ("relu2", nn.ReLU()),
        ("linear3", nn.Linear(256, 10)),
    )


class ConvNet(nn.Layer):
    """Two convolutions with batch normalization, dropout by given factors."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.norm1 = FastConv2D(1, 10, 5, padding=1), nn.BatchNorm2D(10, momentum=0.9)
        self.conv2, self.norm2 = FastConv2D(10, 20, 5, padding=1), nn.BatchNorm2D(20, momentum=0.9)
        self.linear1, self.linear2, self.linear3 = nn.Linear(500, 60), nn.Linear(60, 20), nn.Linear(20, 10)
        self.pool, self.relu = nn.MaxPool2D(2), nn.ReLU()

    def forward(self, x: Any, factors1: Any, factors2: Any) -> Any:
        """Logits."""
        x = self.norm1(self.relu(self.pool(self.conv1(x))))
        x = self.norm2(self.relu(self.pool(self.conv2(x)))).flatten(1)
        x = self.relu(self.linear1(x) * factors1)
        return self.linear3(self.relu(self.linear2(x) * factors2))


NETWORKS = {"cnn": cnn, "convnet": ConvNet, "mlp": mlp}
Batch = tuple[Any, list[Any]]


def measure(task: Task) -> Sample:
    """Train."""
    paddle.base.core.set_num_threads(1)
    work = given(task)
    model = NETWORKS[task.architecture]()
    load(model, work)
    optimizer = make_optimizer(work.optimizer, model)
    images, targets = paddle.to_tensor(np.array(work.data.train_images)), paddle.to_tensor(work.data.train_labels)

    def train(batches: list[Batch]) -> list[float]:
        losses = []
        for batch, factors in batches:
            loss = F.cross_entropy(model(paddle.gather(images, batch), *factors), paddle.gather(targets, batch))
            loss.backward()
            optimizer.step()
            optimizer.clear_grad()
            losses.append(loss.detach())
        values: list[float] = paddle.stack(losses).tolist()
        return values

    batches = make_batches(work)
    begin = perf_counter()
    losses = train(batches[:1])
    first = perf_counter()
    losses += train(batches[1:])
    end = perf_counter()
    count = sum(int(parameter.size) for parameter in model.parameters() if not parameter.stop_gradient)
    trained = (len(batches) - 1) * work.recipe.batch_size
    return Sample(end - first, trained, first - begin, first_loss(np.array(losses), task.epochs), count)


def make_batches(work: Given) -> list[Batch]:
    """The indices of every batch of all epochs, and its dropout factors."""
    return [
        (paddle.to_tensor(steps.indices[i]), [paddle.to_tensor(mask[i]) for mask in steps.masks.values()])
        for steps in work.epochs
        for i in range(len(steps))
    ]


def make_optimizer(asked: Optimizer, model: nn.Layer) -> Any:
    """The recipe's Adam or SGD."""
    rate, parameters = asked.learning_rate, model.parameters()
    if isinstance(asked, Adam):
        return paddle.optimizer.Adam(rate, asked.beta1, asked.beta2, asked.epsilon, parameters)
    return paddle.optimizer.SGD(rate, parameters)


def load(model: nn.Layer, work: Given) -> None:
    """Give the model the initial weights; those of a linear layer are [in, out] in Paddle."""
    names = {"running_mean": "_mean", "running_var": "_variance"}
    for name, array in work.weights.items():
        layer, _, key = name.partition(".")
        tensor = getattr(getattr(model, layer), names.get(key, key))
        tensor.set_value(np.ascontiguousarray(array.T) if array.ndim == 2 else array)


if __name__ == "__main__":
    run(measure)
