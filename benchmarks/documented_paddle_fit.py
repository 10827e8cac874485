"""The training of a network by Paddle's documented Model.fit, with its MNIST and ToTensor.

python -m benchmarks.documented_paddle_fit cnn --images 11520
"""

from time import perf_counter
from typing import Any

import numpy as np
import paddle

from benchmarks.documented_paddle import make_optimizer, make_rate, parameter_count, training_set
from benchmarks.given import documented_loss, network
from benchmarks.networks_paddle import NETWORKS
from benchmarks.task import Sample, Task, run


class Clock(paddle.callbacks.Callback):
    """The moments at which epochs begin and end, and the losses."""

    def __init__(self) -> None:
        super().__init__()
        self.moments: list[float] = []
        self.losses: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """An epoch begins."""
        self.moments.append(perf_counter())

    def on_train_batch_end(self, step: int, logs: Any = None) -> None:
        """A step is done."""
        self.losses.append(float(np.ravel(logs["loss"])[0]))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """An epoch ends."""
        self.moments.append(perf_counter())


def measure(task: Task) -> Sample:
    """Train."""
    paddle.seed(task.seed)
    _, recipe = network(task)
    images = training_set(task.images, recipe)
    layers, clock = NETWORKS[task.architecture](), Clock()
    model = paddle.Model(layers)
    optimizer = make_optimizer(recipe, make_rate(recipe), layers)
    model.prepare(optimizer, paddle.nn.CrossEntropyLoss(), paddle.metric.Accuracy())
    pixels, labels = next(iter(paddle.io.DataLoader(images, batch_size=recipe.batch_size)))
    begin = perf_counter()
    model.train_batch([pixels], [labels])
    first = perf_counter() - begin
    model.fit(
        images,
        epochs=task.epochs,
        batch_size=recipe.batch_size,
        shuffle=recipe.shuffle,
        callbacks=[clock, paddle.callbacks.LRScheduler(by_step=False, by_epoch=True)],
        verbose=0,
    )
    seconds = clock.moments[-1] - clock.moments[0]
    loss = documented_loss(clock.losses[: len(clock.losses) // task.epochs])
    return Sample(seconds, task.epochs * task.images, first, loss, parameter_count(layers))


if __name__ == "__main__":
    run(measure)
