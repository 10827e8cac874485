"""The training of a network in Keras and TensorFlow alone, as one would write it by hand who knows what makes it fast.

All images in memory, and the loop over the batches of an epoch within one tf.function.
python -m benchmarks.bare_keras cnn --images 11520 --epochs 2
"""

from collections.abc import Callable
from math import prod
from time import perf_counter
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from benchmarks.given import Given, first_loss, given
from benchmarks.networks_keras import NETWORKS
from benchmarks.task import Sample, Task, run
from mnist_compare.architecture import Flatten
from mnist_compare.experiment.steps import Steps
from mnist_compare.recipe import Adadelta, Adam, Optimizer


class MaskedDropout:
    """Dropout by factors, for which the model gets further inputs."""

    def __init__(self) -> None:
        self.inputs: list[Any] = []

    def __call__(self, rate: float) -> Callable[[Any], Any]:
        """What takes the place of a dropout layer."""
        return self.multiply

    def multiply(self, x: Any) -> Any:
        """X times the factors."""
        self.inputs.append(keras.Input(x.shape[1:]))
        return x * self.inputs[-1]


def measure(task: Task) -> Sample:
    """Train."""
    work = given(task)
    model = make_model(work)
    optimizer = make_optimizer(work.optimizer)
    optimizer.build(model.trainable_variables)
    train = make_loop(model, optimizer, work)
    one, *others = work.epochs
    pieces = [to_tensors(work, one, 0, 1), to_tensors(work, one, 1), *(to_tensors(work, steps) for steps in others)]
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
    images = tf.constant(np.asarray(work.data.train_images).transpose(0, 2, 3, 1))
    targets, variables = tf.constant(work.data.train_labels), model.trainable_variables
    given_tensors = to_tensors(work, work.epochs[0], 0, 1)
    signature = tf.nest.map_structure(lambda t: tf.TensorSpec([None, *t.shape[1:]], t.dtype), given_tensors)
    scheduled = len({rate for steps in work.epochs for rate in steps.learning_rates.tolist()}) > 1

    @tf.function(input_signature=signature)
    def train(indices: Any, rates: Any, masks: Any) -> Any:
        count = tf.shape(indices)[0]
        losses = tf.TensorArray(tf.float32, size=count)
        for i in tf.range(count):
            batch = indices[i]
            if scheduled:
                optimizer.learning_rate.assign(rates[i])
            with tf.GradientTape() as tape:
                outputs = model([tf.gather(images, batch), *(mask[i] for mask in masks)], training=True)
                loss = tf.reduce_mean(
                    tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.gather(targets, batch), logits=outputs)
                )
            optimizer.apply(tape.gradient(loss, variables), variables)
            losses = losses.write(i, loss)
        return losses.stack()

    return train


def to_tensors(work: Given, steps: Steps, first: int = 0, end: int | None = None) -> tuple[Any, Any, list[Any]]:
    """The indices, the learning rates and the dropout factors of some steps."""
    masks = [channels_last(mask[first:end], flattened_shape(work)) for mask in steps.masks.values()]
    rates = tf.constant(steps.learning_rates[first:end], tf.float32)
    return tf.constant(steps.indices[first:end]), rates, [tf.constant(mask) for mask in masks]


def channels_last(mask: NDArray[Any], image: tuple[int, ...]) -> NDArray[Any]:
    """The factors [steps, N, ...] of the values of an image [C, H, W], flat or not, in the order H-W-C."""
    if mask[0, 0].size != prod(image):
        return mask
    ordered = mask.reshape(*mask.shape[:2], *image).transpose(0, 1, 3, 4, 2)
    return ordered.reshape(mask.shape) if mask.ndim == 3 else ordered


def flattened_shape(work: Given) -> tuple[int, ...]:
    """[C, H, W] of what is flattened; nothing where no image is."""
    shapes = [one.input_shape for one in work.architecture.shaped_layers if isinstance(one.layer, Flatten)]
    return shapes[0] if shapes and len(shapes[0]) == 3 else ()


def make_optimizer(asked: Optimizer) -> keras.optimizers.Optimizer:
    """The recipe's Adam, SGD or Adadelta, of Keras."""
    if isinstance(asked, Adam):
        return keras.optimizers.Adam(asked.learning_rate, asked.beta1, asked.beta2, asked.epsilon)
    if isinstance(asked, Adadelta):
        return keras.optimizers.Adadelta(asked.learning_rate, asked.rho, asked.epsilon)
    return keras.optimizers.SGD(asked.learning_rate)


def make_model(work: Given) -> keras.Model:
    """The network with the initial weights, in the order of the axes that goes with channels last."""
    dropout, image = MaskedDropout(), keras.Input((28, 28, 1))
    outputs = NETWORKS[work.architecture.name](image, dropout)
    model = keras.Model([image, *dropout.inputs], outputs)
    arrays: dict[str, list[NDArray[Any]]] = {}
    for name, array in work.weights.items():
        arrays.setdefault(name.rpartition(".")[0], []).append(array)
    for layer, found in arrays.items():
        if layer == "linear1":
            found[0] = channels_last(found[0][None], flattened_shape(work))[0]
        model.get_layer(layer).set_weights([a.transpose(2, 3, 1, 0) if a.ndim == 4 else a.T for a in found])
    return model


if __name__ == "__main__":
    run(measure)
