"""The training of a network as Paddle's tutorials write it: its MNIST, ToTensor, DataLoader, and a loop in dygraph.

documented_paddle_fit is Paddle's other documented way, Model.fit.
python -m benchmarks.documented_paddle cnn --images 11520
"""

from collections.abc import Callable
from statistics import fmean
from time import perf_counter
from typing import Any

import paddle
from paddle import nn

from benchmarks.given import network
from benchmarks.task import Sample, Task, run
from mnist_compare.data.sources import MNIST_FOLDER
from mnist_compare.recipe import Adam, Recipe

NETWORKS: dict[str, Callable[[], nn.Layer]] = {
    "cnn": lambda: nn.Sequential(
        *(nn.Conv2D(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2D(2)),
        *(nn.Conv2D(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2D(2)),
        *(nn.Flatten(), nn.Linear(784, 10)),
    ),
    "lenet": lambda: nn.Sequential(
        *(nn.Conv2D(1, 32, 3), nn.ReLU(), nn.MaxPool2D(2)),
        *(nn.Conv2D(32, 64, 3), nn.ReLU(), nn.MaxPool2D(2)),
        *(nn.Flatten(), nn.Linear(1600, 64), nn.ReLU(), nn.Linear(64, 10)),
    ),
    "convnet": lambda: nn.Sequential(
        *(nn.Conv2D(1, 10, 5, padding=1), nn.MaxPool2D(2), nn.ReLU(), nn.BatchNorm2D(10)),
        *(nn.Conv2D(10, 20, 5, padding=1), nn.MaxPool2D(2), nn.ReLU(), nn.BatchNorm2D(20)),
        *(nn.Flatten(), nn.Linear(500, 60), nn.Dropout(0.5), nn.ReLU()),
        *(nn.Linear(60, 20), nn.Dropout(0.5), nn.ReLU(), nn.Linear(20, 10)),
    ),
    "mlp": lambda: nn.Sequential(
        *(nn.Flatten(), nn.Linear(784, 256), nn.ReLU()),
        *(nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)),
    ),
}


def measure(task: Task) -> Sample:
    """Train."""
    paddle.seed(task.seed)
    _, recipe = network(task)
    loader = paddle.io.DataLoader(training_set(task.images), batch_size=recipe.batch_size, shuffle=recipe.shuffle)
    model, criterion = NETWORKS[task.architecture](), nn.CrossEntropyLoss()
    optimizer = make_optimizer(recipe, model)

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
    seconds = perf_counter() - first
    loss = fmean(losses[: len(loader)])
    return Sample(seconds, task.epochs * task.images, first - begin, loss, parameter_count(model))


def training_set(images: int) -> Any:
    """The first training images, as Paddle's own data set."""
    from paddle.vision.datasets import MNIST
    from paddle.vision.transforms import ToTensor

    pixels, labels = (str(MNIST_FOLDER / f"train-{kind}-ubyte.gz") for kind in ("images-idx3", "labels-idx1"))
    found = MNIST(pixels, labels, "train", transform=ToTensor(), download=False)
    found.images, found.labels = found.images[:images], found.labels[:images]
    return found


def make_optimizer(recipe: Recipe, model: nn.Layer) -> Any:
    """Adam or SGD, as by default."""
    kind = paddle.optimizer.Adam if isinstance(recipe.optimizer, Adam) else paddle.optimizer.SGD
    return kind(learning_rate=recipe.optimizer.learning_rate, parameters=model.parameters())


def parameter_count(model: nn.Layer) -> int:
    """The number of trained values."""
    return sum(int(parameter.size) for parameter in model.parameters() if not parameter.stop_gradient)


if __name__ == "__main__":
    run(measure)
