"""The training of a network as Keras's tutorials write it: compile and fit.

python -m benchmarks.documented_keras cnn --images 11520
"""

from time import perf_counter
from typing import Any

import keras
import numpy as np
from keras import layers

from benchmarks.given import network
from benchmarks.task import Sample, Task, run
from mnist_compare.data import load_dataset
from mnist_compare.recipe import Adam, Recipe

NETWORKS = {
    "cnn": lambda: [
        *(layers.Conv2D(8, 3, padding="same", activation="relu"), layers.MaxPooling2D()),
        *(layers.Conv2D(16, 3, padding="same", activation="relu"), layers.MaxPooling2D()),
        *(layers.Flatten(), layers.Dense(10)),
    ],
    "lenet": lambda: [
        *(layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D()),
        *(layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D()),
        *(layers.Flatten(), layers.Dense(64, activation="relu"), layers.Dense(10)),
    ],
    "convnet": lambda: [
        *(layers.ZeroPadding2D(), layers.Conv2D(10, 5), layers.MaxPooling2D(), layers.ReLU()),
        layers.BatchNormalization(),
        *(layers.ZeroPadding2D(), layers.Conv2D(20, 5), layers.MaxPooling2D(), layers.ReLU()),
        layers.BatchNormalization(),
        *(layers.Flatten(), layers.Dense(60), layers.Dropout(0.5), layers.ReLU()),
        *(layers.Dense(20), layers.Dropout(0.5), layers.ReLU(), layers.Dense(10)),
    ],
    "mlp": lambda: [
        *(layers.Flatten(), layers.Dense(256, activation="relu")),
        *(layers.Dense(256, activation="relu"), layers.Dense(10)),
    ],
}


def measure(task: Task) -> Sample:
    """Train."""
    keras.utils.set_random_seed(task.seed)
    _, recipe = network(task)
    data = load_dataset()
    x = data.train_images[: task.images, ..., None].astype("float32") / 255
    y = data.train_labels[: task.images]
    model = keras.Sequential([keras.Input((28, 28, 1)), *NETWORKS[task.architecture]()])
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

    clock = keras.callbacks.LambdaCallback(on_epoch_begin=note, on_epoch_end=note)
    fitted = model.fit(x, y, batch_size=size, epochs=task.epochs, shuffle=recipe.shuffle, callbacks=[clock], verbose=0)
    count = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    seconds = moments[-1] - moments[0]
    return Sample(seconds, task.epochs * task.images, first, float(fitted.history["loss"][0]), count)


def make_optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    """Adam or SGD, as by default."""
    kind = keras.optimizers.Adam if isinstance(recipe.optimizer, Adam) else keras.optimizers.SGD
    return kind(recipe.optimizer.learning_rate)


if __name__ == "__main__":
    run(measure)
