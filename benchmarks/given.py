"""What the core hands to a backend, for a hand-written loop: the same weights, images, orders and dropout masks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.task import Task
from mnist_compare.architecture import Architecture
from mnist_compare.architecture.documented import default_recipe, find_architecture
from mnist_compare.data import NormalizedData, load_dataset, normalize, subset
from mnist_compare.experiment.checkpoint import ArrayDict
from mnist_compare.experiment.loop import LOSS_EVERY
from mnist_compare.experiment.steps import EpochPlan, Steps
from mnist_compare.io.float32 import round_constants
from mnist_compare.randomness import initial_weights
from mnist_compare.recipe import Optimizer, Recipe
from mnist_compare.recipe.recipe import CLASSES

TEST_IMAGES = 500  # evaluation is not what is measured


@dataclass(frozen=True)
class Given:
    """A training, laid out. `epochs` are the steps of each epoch; all have the same batch size. The numbers of the
    `optimizer` are rounded to float32, as those of every backend are.
    """

    architecture: Architecture
    recipe: Recipe
    optimizer: Optimizer
    data: NormalizedData
    weights: ArrayDict
    epochs: list[Steps]


def given(task: Task) -> Given:
    """The training of a task, as the core lays it out; the images must fill all batches."""
    architecture, recipe = network(task)
    data = training_images(task, recipe)
    count, rest = divmod(task.images, recipe.batch_size)
    assert not rest, f"{task.images} images do not fill batches of {recipe.batch_size}"
    plans = [EpochPlan(architecture, recipe, task.seed, epoch, task.images) for epoch in range(task.epochs)]
    weights = initial_weights(architecture, task.seed)
    epochs = [plan.steps(0, count) for plan in plans]
    return Given(architecture, recipe, round_constants(recipe.optimizer), data, dict(weights), epochs)


def network(task: Task) -> tuple[Architecture, Recipe]:
    """The documented network, and its recipe with the task's changes."""
    architecture = find_architecture(task.architecture)
    return architecture, default_recipe(architecture).changed(epochs=task.epochs, batch_size=task.batch_size)


def training_images(task: Task, recipe: Recipe) -> NormalizedData:
    """As many training images of MNIST as the task says, and a few to test on."""
    return normalize(subset(load_dataset(), train_size=task.images, test_size=TEST_IMAGES), recipe.normalization)


def first_loss(losses: NDArray[np.floating], epochs: int) -> float:
    """The mean loss of the first epoch as the program records it: the mean of means over 100 steps each."""
    first = np.asarray(losses, dtype=np.float64)[: len(losses) // epochs]
    return float(np.mean([first[i : i + LOSS_EVERY].mean() for i in range(0, len(first), LOSS_EVERY)]))


def documented_loss(losses: Sequence[float]) -> float:
    """The mean loss of an epoch that began with a framework's own weights. In the first steps the loss may be far out:
    none counts for more than that of a guess.
    """
    return float(np.minimum(losses, np.log(CLASSES)).mean())
