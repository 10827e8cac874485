"""How a network is trained, as data: loss, optimizer, learning-rate schedule, batches, normalization, precision.

The learning rate of every step is computed here, once, in float64, and handed to the backends as numbers:
frameworks disagree about schedules (one cycles the momentum along, another has no one-cycle at all).
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.errors import UsageError, unknown
from mnist_compare.errors.names import named
from mnist_compare.io.bounds import Name, Plain, Whole
from mnist_compare.io.decoding import explain_value
from mnist_compare.io.fields import written
from mnist_compare.io.float32 import RANGE, fits, floats, round_constants
from mnist_compare.io.registry import Open, tag_of
from mnist_compare.recipe.augmentations import AUGMENTATIONS, Augmentation, augmentation_rules, find_augmentations
from mnist_compare.recipe.normalization import Normalization, Standardize, normalization_words
from mnist_compare.recipe.optimizers import OPTIMIZERS, Adam, Optimizer
from mnist_compare.recipe.rules import Choice, Rule, below_one, find_choice, in_place, placed
from mnist_compare.recipe.schedules import SCHEDULES, Constant, Schedule

Loss = Literal["cross_entropy", "mean_squared_error"]
FrozenNorms = Literal["running", "batch"]
Monitor = Literal["validation_loss", "validation_accuracy"]
Precision = Literal["float32", "float64", "bfloat16"]

CLASSES = 10
"""Of MNIST, and of a network that says nothing else."""
MAX_CLASSES = 1_000
_LEFT_OUT = {
    "warmup": 0,
    "clip_value": None,
    "clip_norm": None,
    "label_smoothing": 0.0,
    "class_weights": (),
    "validation_split": 0.0,
    "ema_decay": None,
    "augmentation": (),
    "freeze": (),
    "frozen_norms": "running",
    "patience": 0,
    "monitor": "validation_loss",
}
"""Fields that files leave out where they are as by default: recipes from before there were these are the same."""

BODY = "body"
"""In `freeze`, all layers but the last linear one."""
AVERAGE = "average"
"""The slot in which the running average of a parameter is kept."""
_LOSSES = {"cross_entropy": "cross-entropy", "mean_squared_error": "mean squared error"}


class Recipe(Plain, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One way to train a network.

    Options:
        name: what reports call it.
        loss: "cross_entropy", or "mean_squared_error" for a network whose output is a number.
        optimizer: such as SGD, Adam or Adadelta, with the learning rate: `list optimizers` shows all.
        schedule: of the learning rate, over all epochs, such as Step, Cosine, OneCycle or Plateau.
        batch_size: images per step, from 1 to 1,000,000; the last batch of an epoch may be smaller.
        epochs: passes over the training images, from 0 to 100,000.
        shuffle: whether each epoch has an order of its own.
        normalization: "unit" (pixels from 0 to 1), or "standard" (mean 0 and standard deviation 1 over the training
            images), or Standardize(mean, std) with numbers that are given.
        precision: "float32", "float64" or "bfloat16".
        source: where it comes from, in words.
        warmup: in so many steps the learning rate rises in a straight line to what the schedule gives.
        clip_value: no gradient is larger than that, in size; no limit by default.
        clip_norm: gradients are shrunk, all alike, until the norm of all of them together is no larger than that, after
            `clip_value`; no limit by default.
        label_smoothing: this share of the label of an image, from 0 to 1, is spread over all classes in the loss of the
            training.
        class_weights: what the loss of an image of each class counts in the mean of the training, one number for
            each class of the data; all alike by default.
        validation_split: this share of the training images, at least 0 and below 1, is set apart for validation, where
            nothing else is said of that. They are a stratified sample, the same in every backend.
        ema_decay: after every step the running average of each parameter, which begins with its initial value, becomes
            ema_decay * average + (1 - ema_decay) * parameter; at least 0 and below 1. The averages are what is
            evaluated, and predicts; training goes on with the parameters. No averages by default.
        augmentation: random changes of the training images, such as Rotate or Elastic, one after the other, which are
            others in every epoch and the same in every backend: `list augmentations` shows all. None by default.
        freeze: layers that stay as they are: their names, patterns of these such as "conv*", or "body" for all but the
            last linear layer. They have no slots in the optimizer.
        frozen_norms: what frozen batch norms normalize with in training: "running" (their running statistics, which
            stay as they are, as in Keras), or "batch" (those of the batch, and the running ones follow, as in PyTorch).
        patience: after so many epochs in a row without a better value of `monitor` the training ends, and its result is
            the network after the best epoch. That alone is tested, once. 0, the default, trains all epochs. It needs
            validation images.
        monitor: what decides which epoch is the best: "validation_loss", or "validation_accuracy".

    `check` raises UsageError for values that cannot be, as all do that take a recipe. `changed` gives another one.

    >>> recipe = Recipe("mine", optimizer=Adam(0.002), schedule=OneCycle(), batch_size=100, epochs=5)
    >>> recipe.changed(epochs=2, learning_rate=0.01).optimizer.learning_rate
    0.01
    >>> Recipe(batch_size=0).check()
    Traceback (most recent call last):
    mnist_compare.errors.UsageError: Recipe 'custom': batch_size must be from 1 to 1,000,000 (it is 0).
    """

    name: Name = written("custom")
    loss: Loss = written("cross_entropy")
    optimizer: Open[Optimizer] = written(Adam())
    schedule: Open[Schedule] = written(Constant())
    batch_size: Whole = written(64)
    epochs: Whole = written(10)
    shuffle: bool = written(True)
    normalization: Normalization = written("unit")
    precision: Precision = written("float32")
    source: str = written("")
    warmup: Whole = 0
    clip_value: float | None = None
    clip_norm: float | None = None
    label_smoothing: float = 0.0
    class_weights: tuple[float, ...] = ()
    validation_split: float = 0.0
    ema_decay: float | None = None
    augmentation: tuple[Open[Augmentation], ...] = ()
    freeze: tuple[str, ...] = ()
    frozen_norms: FrozenNorms = "running"
    patience: Whole = 0
    monitor: Monitor = "validation_loss"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, default in _LEFT_OUT.items():
            if getattr(self, name) == default:  # msgspec takes the very value for the default, and no other equal one
                msgspec.structs.force_setattr(self, name, default)

    @property
    def slots(self) -> tuple[str, ...]:
        """What a training keeps of each parameter beside its value, by the names of the canonical layout."""
        return (*self.optimizer.slots, *([] if self.ema_decay is None else [AVERAGE]))

    @property
    def mixes(self) -> bool:
        """Whether it mixes images of different classes, so that a label becomes shares of classes."""
        return any(augmentation.mixes for augmentation in self.augmentation)

    @property
    def mirrors(self) -> bool:
        """Whether it mirrors images, which makes other digits of some."""
        return any(augmentation.mirrors for augmentation in self.augmentation)

    @property
    def dtype(self) -> type[np.float64 | np.float32]:
        """The type of weights and images: float64 in float64, else float32 (bfloat16 is the arithmetic's alone)."""
        return np.float64 if self.precision == "float64" else np.float32

    @property
    def watched(self) -> Literal["test", "validation"]:
        """The images that are evaluated after each epoch; with early stopping, the test waits for the best one."""
        return "validation" if self.patience else "test"

    def steps_per_epoch(self, images: int) -> int:
        """Batches in one pass over `images` images; the last, smaller one is kept."""
        return -(-images // self.batch_size)

    def learning_rates(
        self, epoch: int, steps_per_epoch: int, validation_losses: Sequence[float] = ()
    ) -> NDArray[np.float64]:
        """The learning rate of each step of `epoch` (counted from 0): float64 [steps_per_epoch].

        `validation_losses` are those after the epochs before it, where the schedule goes by them.
        """
        scale = self.schedule.scale(validation_losses[:epoch])
        first = epoch * steps_per_epoch
        steps = range(first, first + steps_per_epoch)
        return np.array([self.learning_rate(step, steps_per_epoch, scale) for step in steps])

    def learning_rate(self, step: int, steps_per_epoch: int, scale: float = 1.0) -> float:
        """The learning rate of a step, counted from 0 over all epochs, where the schedule's own `scale` is that."""
        share = self.schedule.share(step, self.epochs * steps_per_epoch, steps_per_epoch)
        warmth = min(1.0, (step + 1) / self.warmup) if self.warmup else 1.0
        return self.optimizer.learning_rate * share * warmth * scale

    @property
    def phrases(self) -> dict[str, str]:
        """All that it sets but its precision, each in words, as it is told everywhere."""
        return {
            "loss": _LOSSES[self.loss],
            "optimizer": self.optimizer.describe(),
            "schedule": self.schedule.describe(),
            "batch": f"batches of {self.batch_size}",
            "order": "shuffled" if self.shuffle else "not shuffled",
            **self._further_phrases,
            "normalization": normalization_words(self.normalization),
            "epochs": f"{self.epochs:,} epoch{'s' * (self.epochs != 1)}",
        }

    @property
    def _further_phrases(self) -> dict[str, str]:
        """What only some recipes have."""
        found = {
            "warmup": f"warm-up of {self.warmup:,} step{'s' * (self.warmup != 1)}" if self.warmup else "",
            "clip_value": "" if self.clip_value is None else f"gradients clipped to {self.clip_value:g}",
            "clip_norm": "" if self.clip_norm is None else f"norm of the gradients clipped to {self.clip_norm:g}",
            "label_smoothing": f"label smoothing {self.label_smoothing:g}" if self.label_smoothing else "",
            "class_weights": f"class weights {', '.join(f'{w:g}' for w in self.class_weights)}"
            if self.class_weights
            else "",
            "validation_split": f"{100 * self.validation_split:g} % of the training images for validation"
            if self.validation_split
            else "",
            "ema_decay": "" if self.ema_decay is None else f"averages of the weights, decay {self.ema_decay:g}",
            "augmentation": f"augmentation by {', '.join(one.describe() for one in self.augmentation)}"
            if self.augmentation
            else "",
            "freeze": f"frozen: {', '.join(self.freeze)}" if self.freeze else "",
            "patience": f"early stopping after {self.patience:,} epoch{'s' * (self.patience != 1)} without a better "
            f"{self.monitor.replace('_', ' ')}"
            if self.patience
            else "",
            "frozen_norms": f"frozen batch norms by the {self.frozen_norms}" if self.frozen_norms != "running" else "",
        }
        return {name: words for name, words in found.items() if words}

    def describe(self, *, length: bool = True) -> str:
        """The recipe in words, on one line; without `length`, leaves out what tables have columns for: epochs and
        precision. A constant learning rate is not told.
        """
        phrases = self.phrases
        epochs = phrases.pop("epochs")
        if isinstance(self.schedule, Constant):
            del phrases["schedule"]
        return ", ".join([*phrases.values(), *((epochs, self.precision) if length else ())])

    def changed(self, **changes: object) -> "Recipe":
        """The recipe with what is not None in `changes`: fields of it, names of an optimizer or schedule, and
        `learning_rate`. Raises UsageError for what cannot be.
        """
        for change in changes:
            if change not in (valid := (*self.__struct_fields__, "learning_rate")):
                raise unknown("part of a recipe", change, valid)
        given = {name: value for name, value in changes.items() if value is not None}
        if "augmentation" in given:
            given["augmentation"] = find_augmentations(given["augmentation"], AUGMENTATIONS)
        if isinstance(name := given.get("optimizer"), str):
            given["optimizer"] = find_choice("optimizer", name, Optimizer, OPTIMIZERS)
        if isinstance(name := given.get("schedule"), str):
            given["schedule"] = find_choice("schedule", name, Schedule, SCHEDULES)
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

    def check_data(self, channels: int, classes: int) -> None:
        """Raise UsageError where it has another number of class weights, or of means, than the data have classes, or
        channels.
        """
        if self.class_weights and len(self.class_weights) != classes:
            raise UsageError(
                f"Recipe {named(self.name)} has {len(self.class_weights)} class_weights, but the data have {classes} "
                "classes: give one number for each."
            )
        if isinstance(self.normalization, Standardize):
            self.normalization.check_channels(named(self.name), channels)

    def check_validation(self, images: int) -> None:
        """Raise UsageError where schedule or patience go by validation, and there are no `images` for that."""
        who = f"the schedule {tag_of(self.schedule)!r}" if self.schedule.watches_validation else ""
        what = "validation loss"
        if self.patience:
            who, what = f"patience {self.patience}", self.monitor.replace("_", " ")
        if who and not images:
            raise UsageError(
                f"Recipe {named(self.name)}: {who} goes by the {what}, but "
                "there are no validation images. Set some of the training images apart: validation_split = 0.1 in the "
                "recipe, or --validation 6000 for the run (in Python: validation=6000)."
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
    """The field that a problem is of: "optimizer.learning_rate must be a number" -> "learning_rate", and "augmentation,
    number 1 (rotate): degrees must be" -> "augmentation".
    """
    return problem.split()[0].rstrip(",").rpartition(".")[2]


def _rules(recipe: Recipe) -> list[Rule]:
    return [
        ("batch_size", recipe.batch_size, 1 <= recipe.batch_size <= 1_000_000, "must be from 1 to 1,000,000"),
        ("epochs", recipe.epochs, 0 <= recipe.epochs <= 100_000, "must be from 0 to 100,000"),
        ("patience", recipe.patience, 0 <= recipe.patience <= 100_000, "must be from 0 to 100,000"),
        ("warmup", recipe.warmup, 0 <= recipe.warmup <= 1_000_000_000, "must be from 0 to 1,000,000,000"),
        below_one("validation_split", recipe.validation_split),
        *([] if recipe.ema_decay is None else [below_one("ema_decay", recipe.ema_decay)]),
        *_limit("clip_value", recipe.clip_value),
        *_limit("clip_norm", recipe.clip_norm),
        *_loss_rules(recipe),
        *placed(_place("optimizer", recipe.optimizer), recipe.optimizer.rules),
        *placed(_place("schedule", recipe.schedule), recipe.schedule.rules),
        *(recipe.normalization.rules if isinstance(recipe.normalization, Standardize) else ()),
        *augmentation_rules(recipe.augmentation, recipe.loss, bool(recipe.class_weights)),
    ]


def _place(field: str, choice: Choice) -> str:
    """Such as "schedule (plateau)": what its numbers are named after, for the recipe has some of the same names."""
    return f"{field} ({tag_of(choice)})"


def _limit(name: str, value: float | None) -> list[Rule]:
    return [] if value is None else [(name, value, 1e-6 <= value <= 1e6, "must be from 0.000001 to 1,000,000")]


def _loss_rules(recipe: Recipe) -> list[Rule]:
    weights, smoothing = recipe.class_weights, recipe.label_smoothing
    valid = not weights or (2 <= len(weights) <= MAX_CLASSES and all(1e-6 <= weight <= 1e6 for weight in weights))
    rules: list[Rule] = [
        ("label_smoothing", smoothing, 0 <= smoothing < 1, "must be at least 0 and below 1"),
        (
            "class_weights",
            list(weights),
            valid,
            f"must be numbers from 0.000001 to 1,000,000, one for each class of the data, from 2 to {MAX_CLASSES:,}",
        ),
    ]
    if recipe.loss != "cross_entropy":
        for name, set_ in (("label_smoothing", bool(smoothing)), ("class_weights", bool(weights))):
            rules.append((name, getattr(recipe, name), not set_, "needs the loss cross_entropy"))
    return rules


def _rounding_problems(recipe: Recipe, rules: list[Rule]) -> list[str]:
    """What cannot be any more once the numbers are rounded to float32."""
    problems = [
        f"{in_place(_place(field, choice), name)} must be {RANGE} (it is {value!r})"
        for field, choice in (("optimizer", recipe.optimizer), ("schedule", recipe.schedule))
        for name, value in floats(choice).items()
        if not fits(value)
    ]
    if problems:
        return problems
    if overflow := recipe.schedule.overflow(recipe.optimizer.learning_rate, recipe.epochs):
        return [f"{_place('schedule', recipe.schedule)}: {overflow}"]
    choices = {"optimizer": round_constants(recipe.optimizer), "schedule": round_constants(recipe.schedule)}
    after = _rules(msgspec.structs.replace(recipe, **choices))
    return [
        f"{name} {text} as a float32, as which frameworks keep it (it is {value!r})"
        for (name, value, _, _), (_, _, valid, text) in zip(rules, after, strict=True)
        if not valid
    ]
