"""Random recipes: any optimizer and schedule, with numbers of all sizes."""

from typing import Any
from zlib import crc32

import msgspec
import numpy as np

from mnist_compare.io.registry import classes
from mnist_compare.recipe import Optimizer, Recipe
from mnist_compare.recipe.augmentations import Elastic, Erase, Noise, Rotate, Shift
from mnist_compare.recipe.schedules import Milestones, Schedule

BATCHES = (1, 2, 3, 7, 16, 31, 64, 100, 128)
FIELDS: dict[str, tuple[Any, ...]] = {
    "beta1": (0.0, 0.7, 0.9),
    "beta2": (0.5, 0.9, 0.999),
    "centered": (False, True),
    "epsilon": (1e-3, 1e-8, 1e-10),
    "momentum": (0.0, 0.5, 0.9),
    "rho": (0.5, 0.9, 0.99),
    "weight_decay": (0.0, 0.01),
}
"""What a number of an optimizer is drawn from, by its name; others are as by default."""
FURTHER: dict[str, tuple[Any, ...]] = {
    "clip_value": (0.01, 0.1),
    "clip_norm": (0.1, 1.0),
    "label_smoothing": (0.1, 0.5),
    "warmup": (2, 5),
    "class_weights": (tuple(0.5 + 0.3 * i for i in range(10)),),
    "ema_decay": (0.5, 0.99),
}
"""What some recipes have besides."""
LATER: dict[str, tuple[Any, ...]] = {
    "augmentation": ((Rotate(), Noise()), (Elastic(), Shift()), (Rotate(), Erase())),
    "freeze": (("body",),),
    "frozen_norms": ("batch",),
}
"""The same, drawn by a generator of their own, so that all else is what it was before there were these."""


def random_recipe(generator: np.random.Generator, name: str, *, number: bool) -> Recipe:
    """A recipe of that name, for a network whose output is a number or logits."""
    own = np.random.default_rng(crc32(name.encode()))
    later = {key: _one_of(own, values) for key, values in LATER.items() if own.random() < 0.2}
    further = {key: _one_of(generator, values) for key, values in FURTHER.items() if generator.random() < 0.2}
    if number:  # there are no classes
        further = {key: value for key, value in further.items() if key not in ("label_smoothing", "class_weights")}
    optimizer, schedule = _optimizer(generator), _schedule(generator)
    return Recipe(
        name,
        loss="mean_squared_error" if number else "cross_entropy",
        optimizer=optimizer,
        schedule=schedule,
        validation_split=0.1 if schedule.watches_validation else 0.0,
        batch_size=int(generator.choice(BATCHES)),
        epochs=2,
        normalization="standard" if generator.random() < 0.3 else "unit",
        **further,
        **later,
    )


def _optimizer(generator: np.random.Generator) -> Optimizer:
    """One of any kind, with numbers that need not go together."""
    kinds = list(classes(Optimizer).values())
    plain: Optimizer = kinds[generator.integers(len(kinds))]()
    drawn = {name: _one_of(generator, FIELDS[name]) for name in plain.__struct_fields__ if name in FIELDS}
    if "nesterov" in plain.__struct_fields__:
        drawn["nesterov"] = bool(drawn["momentum"] and generator.random() < 0.5)
    rate = plain.learning_rate * float(generator.choice([0.3, 1.0, 3.0]))
    return msgspec.structs.replace(plain, learning_rate=rate, **drawn)


def _schedule(generator: np.random.Generator) -> Schedule:
    kinds = list(classes(Schedule).values())
    kind = kinds[generator.integers(len(kinds))]
    return Milestones(after=(1, 5), per="step") if kind is Milestones else kind()


def _one_of(generator: np.random.Generator, values: tuple[Any, ...]) -> Any:
    return values[generator.integers(len(values))]
