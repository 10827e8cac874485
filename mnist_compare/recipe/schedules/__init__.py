"""Learning-rate schedules: which share of the recipe's learning rate each step takes."""

from mnist_compare.recipe.schedules.base import Schedule
from mnist_compare.recipe.schedules.fixed import Constant, Cosine, Exponential, Milestones, OneCycle, Polynomial, Step
from mnist_compare.recipe.schedules.plateau import Plateau

__all__ = [
    "SCHEDULES",
    "Constant",
    "Cosine",
    "Exponential",
    "Milestones",
    "OneCycle",
    "Plateau",
    "Polynomial",
    "Schedule",
    "Step",
]

SCHEDULES: dict[str, Schedule] = {
    "constant": Constant(),
    "step": Step(),
    "cosine": Cosine(),
    "one_cycle": OneCycle(),
    "exponential": Exponential(),
    "polynomial": Polynomial(),
    "milestones": Milestones(),
    "plateau": Plateau(),
}
