"""Cases that programs are tested with: a network and its recipe, some images, and what is random in a matched run."""

from dataclasses import dataclass
from types import ModuleType

import numpy as np

from mnist_compare import Architecture, Recipe, load_dataset, subset
from mnist_compare.architecture import Flatten, Linear
from mnist_compare.architecture.documented import default_recipe, find_architecture
from mnist_compare.data.normalize import normalize
from mnist_compare.experiment.steps import EpochPlan
from mnist_compare.source import find_writer

SEED = 3


@dataclass
class Case:
    """A training of two epochs."""

    network: Architecture
    recipe: Recipe
    images: np.ndarray
    labels: np.ndarray
    plans: list[EpochPlan]

    def losses(self, experiment):
        """Those that an experiment has in these steps."""
        regression = self.recipe.loss == "mean_squared_error"
        targets = self.labels.astype(self.recipe.dtype)[:, None] if regression else self.labels
        data = experiment.to_device(self.images), experiment.to_device(targets)
        pieces = [piece for plan in self.plans for piece in plan.pieces(0, plan.count)]
        return [loss for piece in pieces for loss in experiment.train(*data, piece).tolist()]

    def masks(self, channels_last):
        """The factors of all steps, for each dropout of the network in its order."""
        pieces = [piece for plan in self.plans for piece in plan.pieces(0, plan.count)]
        found, flat = [], None
        for shaped in self.network.all_layers:
            if isinstance(shaped.layer, Flatten):
                flat = shaped.input_shape
            if isinstance(shaped.layer, Linear):
                flat = None
            if shaped.layer.mask_rate is not None:
                masks = [mask for piece in pieces for mask in piece.masks[shaped.name]]
                found.append([turned(mask, flat) for mask in masks] if channels_last else masks)
        return found


def case_of(asked):
    """The case of {"network": ..., "recipe": {...}, "precision": ..., "steps": ..., "batch": ...}."""
    network = find_architecture(asked["network"]).alone
    batch, steps = asked.get("batch", 4), asked.get("steps", 20)
    recipe = default_recipe(network).changed(
        batch_size=batch, epochs=2, precision=asked["precision"], validation_split=0.0, **asked.get("recipe", {})
    )
    count = batch * steps // 2 - 1
    if network.input_shape == (1, 28, 28):
        data = subset(load_dataset("mnist"), train_size=count, test_size=10)
        made = normalize(data, recipe.normalization, recipe.dtype)
        images, labels = made.train_images, made.train_labels
    else:
        images = np.random.default_rng(0).random((count, *network.input_shape)).astype(recipe.dtype)
        labels = np.arange(count) % network.classes
    return Case(network, recipe, images, labels, [EpochPlan(network, recipe, SEED, epoch, count) for epoch in range(2)])


def programmed(framework, network, recipe):
    """The program as a module."""
    module = ModuleType("program")
    exec(compile(find_writer(framework).write(network, recipe).text, f"{network.name}.py", "exec"), vars(module))
    return module


def turned(mask, flat):
    """A mask [N, ...] with the channels last; `flat` is the shape that a flatten has made flat before it."""
    if mask.ndim == 4:
        return mask.transpose(0, 2, 3, 1)
    if flat is not None and len(flat) == 3 and mask.ndim == 2:
        return mask.reshape(-1, *flat).transpose(0, 2, 3, 1).reshape(len(mask), -1)
    return mask


def largest_gap(losses, matched):
    """The largest relative gap of two losses."""
    losses, matched = np.array(losses), np.array(matched)
    assert losses.shape == matched.shape
    return float(np.max(np.abs(losses - matched) / np.abs(matched)))


def spread_gap(arrays, wanted):
    """How much the spreads of two arrays of weights differ at most; those that are all alike must be the same."""
    gaps = [0.0]
    for own, other in zip(arrays, wanted, strict=True):
        assert own.shape == other.shape
        if other.std() == 0 or own.std() == 0:
            assert np.array_equal(own, other)
        elif other.size >= 400:
            gaps.append(abs(own.std() / other.std() - 1))
    return float(max(gaps))
