"""Early stopping: which epoch is the best one so far, and whether the training is over."""

from collections.abc import Sequence

from mnist_compare.experiment.evaluation import Evaluation
from mnist_compare.recipe import Recipe


def monitored_value(recipe: Recipe, validation: Evaluation) -> float:
    """What decides, as a number of which less is better."""
    return validation.loss if recipe.monitor == "validation_loss" else -validation.accuracy


def best_epoch(values: Sequence[float]) -> int:
    """The epoch, from 1, with the least of the values after each epoch: of equal ones the first; 0 without any."""
    return values.index(min(values)) + 1 if values else 0


def is_over(recipe: Recipe, values: Sequence[float]) -> bool:
    """Whether so many epochs in a row as the recipe waits have brought nothing better."""
    return bool(recipe.patience) and len(values) - best_epoch(values) >= recipe.patience
