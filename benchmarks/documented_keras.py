"""The training of a network as Keras's tutorials write it: compile and fit.

python -m benchmarks.documented_keras cnn --images 11520
"""

from time import perf_counter
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from benchmarks.given import network
from benchmarks.networks_keras import NETWORKS
from benchmarks.task import Sample, Task, run
from mnist_compare.data import load_dataset
from mnist_compare.recipe import Recipe, Standardize
from mnist_compare.recipe.schedules import Step


def measure(task: Task) -> Sample:
    """Train."""
    keras.utils.set_random_seed(task.seed)
    _, recipe = network(task)
    data = load_dataset()
    x = scaled(data.train_images[: task.images].transpose(0, 2, 3, 1).astype("float32") / 255, recipe)
    y = data.train_labels[: task.images]
    image = keras.Input((28, 28, 1))
    model = keras.Model(image, NETWORKS[task.architecture](image, keras.layers.Dropout))
    model.compile(
        optimizer=make_optimizer(recipe),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    size = recipe.batch_size
    begin = perf_counter()
    model.fit(x[:size], y[:size], batch_size=size, verbose=0)
    first = perf_counter() - begin
    moments: list[float] = []

    def note(*_: Any) -> None:
        moments.append(perf_counter())

    callbacks = [keras.callbacks.LambdaCallback(on_epoch_begin=note, on_epoch_end=note)]
    if isinstance(recipe.schedule, Step):
        factor, every = recipe.schedule.factor, recipe.schedule.every
        callbacks.append(
            keras.callbacks.LearningRateScheduler(lambda e: recipe.optimizer.learning_rate * factor ** (e // every))
        )
    fitted = model.fit(
        x, y, batch_size=size, epochs=task.epochs, shuffle=recipe.shuffle, callbacks=callbacks, verbose=0
    )
    count = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    seconds = moments[-1] - moments[0]
    return Sample(seconds, task.epochs * task.images, first, float(fitted.history["loss"][0]), count)


def scaled(x: NDArray[Any], recipe: Recipe) -> NDArray[Any]:
    """Pixels from 0 to 1, standardized if the recipe says so."""
    normalization = recipe.normalization
    return (x - normalization.mean) / normalization.std if isinstance(normalization, Standardize) else x


def make_optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    """Adam, SGD or Adadelta, but for the learning rate as by default."""
    kind: type[keras.optimizers.Optimizer] = getattr(keras.optimizers, type(recipe.optimizer).__name__)
    return kind(recipe.optimizer.learning_rate)


if __name__ == "__main__":
    run(measure)
