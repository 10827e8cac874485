"""The training of a network as Paddle's tutorials write it: its MNIST, ToTensor, DataLoader, and a loop in dygraph.

documented_paddle_fit is Paddle's other documented way, Model.fit.
python -m benchmarks.documented_paddle cnn --images 11520
"""

from time import perf_counter
from typing import Any

import paddle
from paddle import nn

from benchmarks.given import documented_loss, network
from benchmarks.networks_paddle import NETWORKS
from benchmarks.task import Sample, Task, run
from mnist_compare.data.sources import MNIST_FOLDER
from mnist_compare.recipe import Recipe, Standardize
from mnist_compare.recipe.schedules import Step


def measure(task: Task) -> Sample:
    """Train."""
    paddle.seed(task.seed)
    _, recipe = network(task)
    images = training_set(task.images, recipe)
    loader = paddle.io.DataLoader(images, batch_size=recipe.batch_size, shuffle=recipe.shuffle)
    model, criterion = NETWORKS[task.architecture](), nn.CrossEntropyLoss()
    rate = make_rate(recipe)
    optimizer = make_optimizer(recipe, rate, model)

    def step(images: Any, labels: Any) -> float:
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        optimizer.clear_grad()
        return float(loss.item())

    model.train()
    begin = perf_counter()
    step(*next(iter(loader)))
    first = perf_counter()
    losses: list[float] = []
    for _ in range(task.epochs):
        losses += [step(images, labels) for images, labels in loader]
        if isinstance(rate, paddle.optimizer.lr.LRScheduler):
            rate.step()
    seconds = perf_counter() - first
    loss = documented_loss(losses[: len(loader)])
    return Sample(seconds, task.epochs * task.images, first - begin, loss, parameter_count(model))


def training_set(images: int, recipe: Recipe) -> Any:
    """The first training images, as Paddle's own data set."""
    from paddle.vision.datasets import MNIST

    pixels, labels = (str(MNIST_FOLDER / f"train-{kind}-ubyte.gz") for kind in ("images-idx3", "labels-idx1"))
    found = MNIST(pixels, labels, "train", transform=make_transform(recipe), download=False)
    found.images, found.labels = found.images[:images], found.labels[:images]
    return found


def make_transform(recipe: Recipe) -> Any:
    """ToTensor, or Normalize where the recipe standardizes."""
    from paddle.vision.transforms import Normalize, ToTensor

    given = recipe.normalization
    if isinstance(given, Standardize):
        return Normalize([255 * given.mean], [255 * given.std], data_format="CHW")
    return ToTensor()


def make_rate(recipe: Recipe) -> Any:
    """The learning rate: a number, or Paddle's scheduler where the recipe has steps."""
    rate, schedule = recipe.optimizer.learning_rate, recipe.schedule
    if isinstance(schedule, Step):
        return paddle.optimizer.lr.StepDecay(rate, schedule.every, schedule.factor)
    return rate


def make_optimizer(recipe: Recipe, rate: Any, model: nn.Layer) -> Any:
    """Adam, SGD or Adadelta, but for the learning rate as by default."""
    kind = getattr(paddle.optimizer, type(recipe.optimizer).__name__)
    return kind(learning_rate=rate, parameters=model.parameters())


def parameter_count(model: nn.Layer) -> int:
    """The number of trained values."""
    return sum(int(parameter.size) for parameter in model.parameters() if not parameter.stop_gradient)


if __name__ == "__main__":
    run(measure)
