"""How a network is trained, as data: loss, optimizer, learning-rate schedule, batches, normalization, precision.

The learning rate of every step is computed here, once, in float64, and handed to the backends as numbers:
frameworks disagree about schedules (one cycles the momentum along, another has no one-cycle at all).
"""

import math
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.errors import UsageError, unknown
from mnist_compare.errors.names import named
from mnist_compare.io.bounds import Name, Plain, Whole
from mnist_compare.io.decoding import explain_value
from mnist_compare.io.float32 import LARGEST, RANGE, fits, floats, round_constants
from mnist_compare.io.reading import user_path
from mnist_compare.io.toml import read_toml
from mnist_compare.recipe.schedules import (
    SCHEDULES,
    Choice,
    Constant,
    OneCycle,
    Rule,
    Schedule,
    Step,
    is_finite,
    schedule_factor,
    schedule_rules,
)

Loss = Literal["cross_entropy", "mean_squared_error"]
Normalization = Literal["unit", "standard"]
Precision = Literal["float32", "float64", "bfloat16"]


class SGD(Choice, frozen=True, tag="sgd", forbid_unknown_fields=True):
    """Stochastic gradient descent: v = momentum v + g; w -= lr v (nesterov: w -= lr (g + momentum v)).

    Options:
        learning_rate: lr above, at least 0.
        momentum: at least 0 and below 1.
        nesterov: needs a momentum above 0.
        weight_decay: L2: so many times the weight is added to the gradient g.

    >>> SGD(0.1, momentum=0.9)
    SGD(learning_rate=0.1, momentum=0.9, nesterov=False, weight_decay=0.0)
    """

    learning_rate: float = 0.01
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0


class Adam(Choice, frozen=True, tag="adam", forbid_unknown_fields=True):
    """Adam, with epsilon added after the bias correction.

    Options:
        learning_rate: at least 0.
        beta1, beta2: of the means of the gradient and of its square, at least 0 and below 1.
        epsilon: between 0 and 1.
        weight_decay: L2: so many times the weight is added to the gradient.

    >>> Adam(0.002).beta2
    0.999
    """

    learning_rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0


class AdamW(Choice, frozen=True, tag="adamw", forbid_unknown_fields=True):
    """Adam with decoupled weight decay: w -= lr weight_decay w, before the step. Its options are those of Adam.

    >>> AdamW().weight_decay
    0.01
    """

    learning_rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.01


Optimizer = SGD | Adam | AdamW
OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": SGD(),
    "momentum": SGD(momentum=0.9),
    "nesterov": SGD(momentum=0.9, nesterov=True),
    "adam": Adam(),
    "adamw": AdamW(),
}


class Recipe(Plain, frozen=True, forbid_unknown_fields=True):
    """One way to train a network.

    Options:
        name: what reports call it.
        loss: "cross_entropy", or "mean_squared_error" for a network whose output is a number.
        optimizer: SGD, Adam or AdamW, with the learning rate.
        schedule: of the learning rate, over all epochs: Constant, Step, Cosine or OneCycle.
        batch_size: images per step, from 1 to 1,000,000; the last batch of an epoch may be smaller.
        epochs: passes over the training images, from 0 to 100,000.
        shuffle: whether each epoch has an order of its own.
        normalization: "unit" (pixels from 0 to 1), or "standard" (mean 0 and standard deviation 1 over the training
            images).
        precision: "float32", "float64" or "bfloat16".
        source: where it comes from, in words.

    `check` raises UsageError for values that cannot be, as all do that take a recipe. `changed` gives another one.

    >>> recipe = Recipe("mine", optimizer=Adam(0.002), schedule=OneCycle(), batch_size=100, epochs=5)
    >>> recipe.changed(epochs=2, learning_rate=0.01).optimizer.learning_rate
    0.01
    >>> Recipe(batch_size=0).check()
    Traceback (most recent call last):
    mnist_compare.errors.UsageError: Recipe 'custom': batch_size must be from 1 to 1,000,000 (it is 0).
    """

    name: Name = "custom"
    loss: Loss = "cross_entropy"
    optimizer: Optimizer = Adam()
    schedule: Schedule = Constant()
    batch_size: Whole = 64
    epochs: Whole = 10
    shuffle: bool = True
    normalization: Normalization = "unit"
    precision: Precision = "float32"
    source: str = ""

    def steps_per_epoch(self, images: int) -> int:
        """Batches in one pass over `images` images; the last, smaller one is kept."""
        return -(-images // self.batch_size)

    def learning_rates(self, epoch: int, steps_per_epoch: int) -> NDArray[np.float64]:
        """The learning rate of each step of `epoch` (counted from 0): float64 [steps_per_epoch]."""
        total = self.epochs * steps_per_epoch
        first = epoch * steps_per_epoch
        return np.array(
            [
                self.optimizer.learning_rate * schedule_factor(self.schedule, step, total, steps_per_epoch)
                for step in range(first, first + steps_per_epoch)
            ]
        )

    def describe(self) -> str:
        """The recipe in words, on one line."""
        parts = [
            f"{self.loss.replace('_', ' ')}",
            _describe(self.optimizer),
            _describe(self.schedule),
            f"batch {self.batch_size}, {'shuffled' if self.shuffle else 'not shuffled'}",
            f"{self.epochs} epoch{'s' * (self.epochs != 1)}",
            f"{self.normalization} pixels",
            self.precision,
        ]
        return "; ".join(parts)

    def changed(self, **changes: object) -> "Recipe":
        """The recipe with what is not None in `changes`: fields of it, names of an optimizer or schedule, and
        `learning_rate`. Raises UsageError for what cannot be.
        """
        for change in changes:
            if change not in (valid := (*self.__struct_fields__, "learning_rate")):
                raise unknown("part of a recipe", change, valid)
        given = {name: value for name, value in changes.items() if value is not None}
        for field, known in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)):
            if isinstance(name := given.get(field), str):
                if name not in known:
                    raise unknown(field, name, known)
                given[field] = known[name]
        rate = given.pop("learning_rate", None)
        recipe = msgspec.structs.replace(self, **given)
        if rate is not None:
            recipe._check_types()
            optimizer = msgspec.structs.replace(recipe.optimizer, learning_rate=rate)
            recipe = msgspec.structs.replace(recipe, optimizer=optimizer)
        if problems := recipe._problems():
            asked = {name for name, value in changes.items() if value is not None}
            whose = "" if all(_field(problem) in asked for problem in problems) else f"Recipe {named(self.name)}: "
            raise UsageError(f"{whose}{'; '.join(problems)}.")
        return recipe

    def check_output(self, architecture: str, output: str) -> None:
        """Raise UsageError where the loss does not go with the output (logits or number) of a network."""
        needed = "logits" if self.loss == "cross_entropy" else "number"
        if output != needed:
            raise UsageError(
                f"Recipe {self.name!r} has the loss {self.loss}, which needs an architecture with output {needed!r}, "
                f"but {architecture!r} has {output!r}."
            )

    def check(self, *, rounded: bool = True) -> "Recipe":
        """The recipe itself; raises UsageError that lists everything in it that cannot be.

        Frameworks keep its numbers as float32: `rounded` also asks that they can be rounded to that.
        """
        if problems := self._problems(rounded=rounded):
            raise UsageError(f"Recipe {named(self.name)}: {'; '.join(problems)}.")
        return self

    def _problems(self, *, rounded: bool = True) -> list[str]:
        """What in it cannot be, each with the name of its field first."""
        if wrong := explain_value(self):
            return [wrong]
        rules = _rules(self)
        problems = [f"{name} {text} (it is {value!r})" for name, value, valid, text in rules if not valid]
        return problems or (_rounding_problems(self, rules) if rounded else [])

    def _check_types(self) -> None:
        if wrong := explain_value(self):
            raise UsageError(f"Recipe {named(self.name)}: {wrong}.")


def _field(problem: str) -> str:
    """The field that a problem is of: "optimizer.learning_rate must be a number" -> "learning_rate"."""
    return problem.split()[0].rpartition(".")[2]


def _rules(recipe: Recipe) -> list[Rule]:
    optimizer = recipe.optimizer
    rules: list[Rule] = [
        ("batch_size", recipe.batch_size, 1 <= recipe.batch_size <= 1_000_000, "must be from 1 to 1,000,000"),
        ("epochs", recipe.epochs, 0 <= recipe.epochs <= 100_000, "must be from 0 to 100,000"),
        (
            "learning_rate",
            optimizer.learning_rate,
            is_finite(optimizer.learning_rate, 0),
            "must be a number of at least 0",
        ),
        (
            "weight_decay",
            optimizer.weight_decay,
            is_finite(optimizer.weight_decay, 0),
            "must be a number of at least 0",
        ),
    ]
    if isinstance(optimizer, SGD):
        rules += [
            ("momentum", optimizer.momentum, 0 <= optimizer.momentum < 1, "must be at least 0 and below 1"),
            ("nesterov", True, optimizer.momentum > 0 or not optimizer.nesterov, "needs a momentum above 0"),
        ]
    else:
        rules += [
            (name, value, 0 <= value < 1, "must be at least 0 and below 1")
            for name, value in (("beta1", optimizer.beta1), ("beta2", optimizer.beta2))
        ]
        rules.append(("epsilon", optimizer.epsilon, 0 < optimizer.epsilon < 1, "must be between 0 and 1"))
    return rules + schedule_rules(recipe.schedule)


def _stays_finite(recipe: Recipe, schedule: Step) -> bool:
    """Whether the learning rate of the last epoch is one, where every step multiplies it."""
    steps = max(0, recipe.epochs - 1) // schedule.every
    if schedule.factor <= 1 or not recipe.optimizer.learning_rate:
        return True
    return math.log(recipe.optimizer.learning_rate) + steps * math.log(schedule.factor) <= math.log(LARGEST)


def _rounding_problems(recipe: Recipe, rules: list[Rule]) -> list[str]:
    """What cannot be any more once the numbers are rounded to float32."""
    numbers = floats(recipe.optimizer) | floats(recipe.schedule)
    problems = [f"{name} must be {RANGE} (it is {value!r})" for name, value in numbers.items() if not fits(value)]
    if problems:
        return problems
    if isinstance(recipe.schedule, Step) and not _stays_finite(recipe, recipe.schedule):
        found = f"(it is {recipe.schedule.factor!r})"
        return [f"factor must not take the learning rate above {LARGEST:.2g} in {recipe.epochs} epochs {found}"]
    choices = {"optimizer": round_constants(recipe.optimizer), "schedule": round_constants(recipe.schedule)}
    after = _rules(msgspec.structs.replace(recipe, **choices))
    return [
        f"{name} {text} as a float32, as which frameworks keep it (it is {value!r})"
        for (name, value, _, _), (_, _, valid, text) in zip(rules, after, strict=True)
        if not valid
    ]


def _describe(choice: Optimizer | Schedule) -> str:
    settings = [f"{field} {getattr(choice, field):g}" for field in choice.__struct_fields__ if getattr(choice, field)]
    name = str(choice.__struct_config__.tag).replace("_", " ")
    return f"{name} ({', '.join(settings)})".replace("_", " ") if settings else name


def slot_names(optimizer: Optimizer) -> tuple[str, ...]:
    """What an optimizer remembers of each parameter, by the names of the canonical layout."""
    if isinstance(optimizer, SGD):
        return ("momentum",) if optimizer.momentum else ()
    return ("first_moment", "second_moment")


_DOCUMENTED = (
    Recipe("linear", loss="mean_squared_error", optimizer=SGD(0.001), batch_size=16, epochs=10),
    Recipe("mlp", optimizer=SGD(0.01), batch_size=20, epochs=30, shuffle=False),
    Recipe("cnn", optimizer=Adam(0.001), batch_size=60, epochs=10),
    Recipe("lenet", optimizer=Adam(0.001), batch_size=32, epochs=10),
    Recipe("convnet", optimizer=SGD(0.01), batch_size=64, epochs=50),
    Recipe(
        "speedrun",
        optimizer=Adam(0.008, beta1=0.7, beta2=0.9),
        schedule=OneCycle(warmup=0.2),
        batch_size=128,
        epochs=1,
        normalization="standard",
    ),
)
RECIPES: dict[str, Recipe] = {recipe.name: recipe for recipe in _DOCUMENTED}


def find_recipe(name: str) -> Recipe:
    """The documented recipe of that name, or the one in the TOML file of that path; raises UsageError."""
    if name in RECIPES:
        return RECIPES[name]
    if name.endswith(".toml"):
        return read_recipe(user_path(name))
    raise unknown("recipe", name, RECIPES, "Or give the path of a .toml file.")


def read_recipe(path: Path) -> Recipe:
    """The recipe that a TOML file describes; raises UsageError, for a file that says nothing too."""
    recipe = read_toml(path, Recipe, "a recipe", UsageError)
    if recipe == Recipe() and not read_toml(path, dict, "a recipe", UsageError):
        fields = ", ".join(Recipe.__struct_fields__)
        raise UsageError(f"{path} does not describe a recipe: nothing stands in it. Valid: {fields}.")
    return recipe.check()
