"""The training of a network in Keras and TensorFlow alone, as one would write it by hand who knows what makes it fast.

All images in memory, and the loop over the batches of an epoch within one tf.function.
python -m benchmarks.bare_keras cnn --images 11520 --epochs 2
"""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray

from benchmarks.given import Given, first_loss, given
from benchmarks.task import Sample, Task, run
from mnist_compare.architecture import Flatten
from mnist_compare.experiment.steps import Steps
from mnist_compare.recipe import Adam, Optimizer


def cnn() -> keras.Model:
    """Two convolutions."""
    x = image = keras.Input((28, 28, 1))
    x = layers.Conv2D(8, 3, padding="same", activation="relu", name="conv1")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(16, 3, padding="same", activation="relu", name="conv2")(x)
    x = layers.Flatten()(layers.MaxPooling2D(2)(x))
    return keras.Model([image], layers.Dense(10, name="linear1")(x))


def mlp() -> keras.Model:
    """Three linear layers."""
    image = keras.Input((28, 28, 1))
    x = layers.Dense(256, activation="relu", name="linear1")(layers.Flatten()(image))
    x = layers.Dense(256, activation="relu", name="linear2")(x)
    return keras.Model([image], layers.Dense(10, name="linear3")(x))


def convnet() -> keras.Model:
    """Two convolutions with batch normalization, dropout by given factors."""
    image, factors1, factors2 = keras.Input((28, 28, 1)), keras.Input((60,)), keras.Input((20,))
    x: Any = image
    for number, channels in ((1, 10), (2, 20)):
        x = layers.Conv2D(channels, 5, name=f"conv{number}")(layers.ZeroPadding2D(1)(x))
        x = layers.ReLU()(layers.MaxPooling2D(2)(x))
        x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"norm{number}")(x)
    x = layers.ReLU()(layers.Dense(60, name="linear1")(layers.Flatten()(x)) * factors1)
    x = layers.ReLU()(layers.Dense(20, name="linear2")(x) * factors2)
    return keras.Model([image, factors1, factors2], layers.Dense(10, name="linear3")(x))


NETWORKS: dict[str, Callable[[], keras.Model]] = {"cnn": cnn, "convnet": convnet, "mlp": mlp}


def measure(task: Task) -> Sample:
    """Train."""
    work = given(task)
    model = NETWORKS[task.architecture]()
    load(model, work)
    optimizer = make_optimizer(work.optimizer)
    optimizer.build(model.trainable_variables)
    train = make_loop(model, optimizer, work)
    pieces = [to_tensors(work.epochs[0], 0, 1), to_tensors(work.epochs[0], 1, None)]
    pieces += [to_tensors(steps, 0, None) for steps in work.epochs[1:]]
    begin = perf_counter()
    losses = train(*pieces[0]).numpy().tolist()
    first = perf_counter()
    for piece in pieces[1:]:
        losses += train(*piece).numpy().tolist()
    end = perf_counter()
    count = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    trained = (len(losses) - 1) * work.recipe.batch_size
    return Sample(end - first, trained, first - begin, first_loss(np.array(losses), task.epochs), count)


def make_loop(model: keras.Model, optimizer: Any, work: Given) -> Any:
    """A graph that trains any number of batches and gives their losses."""
    images = tf.constant(work.data.train_images.transpose(0, 2, 3, 1))
    targets, variables = tf.constant(work.data.train_labels), model.trainable_variables
    indices, masks = to_tensors(work.epochs[0], 0, 1)
    signature = [tf.TensorSpec([None, *t.shape[1:]], t.dtype) for t in (indices, *masks)]

    @tf.function(input_signature=[signature[0], signature[1:]])
    def train(indices: Any, masks: Any) -> Any:
        count = tf.shape(indices)[0]
        losses = tf.TensorArray(tf.float32, size=count)
        for i in tf.range(count):
            batch = indices[i]
            with tf.GradientTape() as tape:
                outputs = model([tf.gather(images, batch), *(mask[i] for mask in masks)], training=True)
                loss = tf.reduce_mean(
                    tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.gather(targets, batch), logits=outputs)
                )
            optimizer.apply(tape.gradient(loss, variables), variables)
            losses = losses.write(i, loss)
        return losses.stack()

    return train


def to_tensors(steps: Steps, first: int, end: int | None) -> tuple[Any, list[Any]]:
    """The indices and the dropout factors of some steps."""
    return tf.constant(steps.indices[first:end]), [tf.constant(mask[first:end]) for mask in steps.masks.values()]


def make_optimizer(asked: Optimizer) -> keras.optimizers.Optimizer:
    """The recipe's Adam or SGD, of Keras."""
    if isinstance(asked, Adam):
        return keras.optimizers.Adam(asked.learning_rate, asked.beta1, asked.beta2, asked.epsilon)
    return keras.optimizers.SGD(asked.learning_rate)


def load(model: keras.Model, work: Given) -> None:
    """Give the model the initial weights, in the order of the axes that goes with channels last."""
    image = next(shaped.input_shape for shaped in work.architecture.shaped_layers if isinstance(shaped.layer, Flatten))
    arrays: dict[str, list[NDArray[Any]]] = {}
    for name, array in work.weights.items():
        layer, _, key = name.partition(".")
        flattened = array.reshape(-1, *image) if layer == "linear1" and key == "weight" else array
        kernel = flattened.transpose(2, 3, 1, 0) if flattened.ndim == 4 else flattened.T
        arrays.setdefault(layer, []).append(kernel.reshape(-1, len(array)) if array.ndim == 2 else kernel)
    for layer, values in arrays.items():
        model.get_layer(layer).set_weights(values)


if __name__ == "__main__":
    run(measure)
