"""Losses with one fault each: they take outputs and targets, and give the loss and its gradient in the outputs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.randomness import Array
from mnist_compare_numpy.experiment import NumpyExperiment


def twice_softmax(experiment: NumpyExperiment, outputs: Array, targets: NDArray[Any]) -> tuple[float, Array]:
    """Takes the softmax of the logits for logits."""
    exponentials = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    shares = exponentials / exponentials.sum(axis=1, keepdims=True)
    loss, gradient = NumpyExperiment._loss(experiment, shares, targets)
    return loss, shares * (gradient - (gradient * shares).sum(axis=1, keepdims=True))


def summed(experiment: NumpyExperiment, outputs: Array, targets: NDArray[Any]) -> tuple[float, Array]:
    """The sum over the batch, instead of the mean."""
    loss, gradient = NumpyExperiment._loss(experiment, outputs, targets)
    return loss * len(outputs), gradient * len(outputs)


def mean_of_full_batch(experiment: NumpyExperiment, outputs: Array, targets: NDArray[Any]) -> tuple[float, Array]:
    """Divides by the recipe's batch size, the smaller last batch too."""
    loss, gradient = NumpyExperiment._loss(experiment, outputs, targets)
    share = len(outputs) / experiment.recipe.batch_size
    return loss * share, gradient * share


def clipped(experiment: NumpyExperiment, outputs: Array, targets: NDArray[Any]) -> tuple[float, Array]:
    """Paddle's cross-entropy on CPU: the loss of a sample is cut at 64, and the gradient is not."""
    rows = zip(outputs[:, None], targets[:, None], strict=True)
    losses = [NumpyExperiment._loss(experiment, output, target)[0] for output, target in rows]
    return float(np.minimum(losses, 64).mean()), NumpyExperiment._loss(experiment, outputs, targets)[1]


def broadcast(experiment: NumpyExperiment, outputs: Array, targets: NDArray[Any]) -> tuple[float, Array]:
    """Compares outputs [N, 1] with targets [N]: every output with every target."""
    difference = outputs - targets.T
    return float(np.mean(difference**2)), 2 * difference.mean(axis=1, keepdims=True) / len(outputs)
