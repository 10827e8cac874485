"""A framework's own defaults, as data: what native mode leaves to the framework, each by its name.

`native` mode takes all of them, `native:epsilon+initializer` those two, and matched mode none. So what an accuracy owes
to one of them can be measured.
"""

from collections.abc import Callable, Iterable, Set
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from mnist_compare.architecture import Architecture, BatchNorm, Chain, Layer, map_layers
from mnist_compare.architecture.rounding import round_layer
from mnist_compare.errors import unknown
from mnist_compare.io.fields import default_values
from mnist_compare.io.float32 import round_constants
from mnist_compare.recipe import SGD, AdamW, Lion, Optimizer, Recipe, RMSprop
from mnist_compare.recipe.augmentations import Augmentation
from mnist_compare.recipe.mode import MATCHED, NATIVE, named_defaults
from mnist_compare.recipe.schedules import Constant

INITIALIZER, GENERATOR, ARITHMETIC = CORE = ("initializer", "generator", "arithmetic")
"""The defaults that the core knows: who draws the initial weights and the dropout masks, and whether numbers are
rounded to float32. A backend that declares no defaults has these in native mode.
"""

AUGMENTATION = "augmentation"
"""The default by which a framework's own transforms make augmented images, where a backend says that it has some."""

Condition = Callable[[Architecture, Recipe], bool]
Takes = Callable[[Augmentation, int], bool]
"""Whether a framework has a transform for an augmentation, as it is, of images with so many channels."""
Value = TypeVar("Value", bound=msgspec.Struct)


class Number(msgspec.Struct, frozen=True):
    """The number that a framework takes for a field of a layer or an optimizer, where that holds the core's default."""

    kind: type[Layer] | type[Optimizer]
    field: str
    value: float


class Default(msgspec.Struct, frozen=True):
    """What a framework does by itself (`own`) where something else is done in matched mode (`matched`).

    `where` says in words which networks and recipes it concerns, `differs` decides it; it concerns those too in which
    one of its `numbers` takes the place of another. `takes` says of which augmentations a framework makes the images.
    """

    name: str
    own: str
    matched: str
    where: str
    differs: Condition = lambda architecture, recipe: False
    numbers: tuple[Number, ...] = ()
    takes: Takes = lambda augmentation, channels: False

    def concerns(self, architecture: Architecture, recipe: Recipe) -> bool:
        """Whether a training of this network by this recipe can be another one with it."""
        values = (recipe.optimizer, *(shaped.layer for shaped in architecture.all_layers))
        changed = any(with_numbers(value, self.numbers) != value for value in values)
        return changed or self.differs(architecture, recipe)


def initializer(own: str) -> Default:
    """Who draws the initial weights, and how the framework does by itself."""
    return Default(
        name=INITIALIZER,
        own=own,
        matched="drawn once with NumPy, by the initializer of the network",
        where="in every network with weights",
        differs=has_drawn_weights,
    )


def generator(own: str) -> Default:
    """Who draws the dropout masks, and how the framework does by itself."""
    return Default(
        name=GENERATOR,
        own=own,
        matched="masks made once with NumPy",
        where="where there is dropout",
        differs=has_dropout,
    )


def augmentation(own: str, where: str, takes: Takes) -> Default:
    """Who makes augmented images, how the framework does by itself, and of which augmentations."""
    return Default(
        name=AUGMENTATION,
        own=own,
        matched="made by the core: bilinear, black beyond the edge, interpolated once for several in a row",
        where=where,
        differs=lambda architecture, recipe: any(
            takes(one, architecture.input_shape[0]) for one in recipe.augmentation
        ),
        takes=takes,
    )


def find_defaults(mode: str, declared: Iterable[Default], backend: str) -> frozenset[str]:
    """The names of the defaults that are the framework's own in a mode, of those that the backend has declared.

    Raises UsageError for the name of another one.
    """
    names = tuple(default.name for default in declared)
    if mode in (MATCHED, NATIVE):
        return frozenset(names or CORE) if mode == NATIVE else frozenset()
    chosen = named_defaults(mode)
    for name in chosen:
        if name not in names:
            raise unknown(
                f"default of backend {backend!r}:", name, names or ("none",), "`list defaults` explains them."
            )
    return frozenset(chosen)


def concerned(declared: Iterable[Default], architecture: Architecture, recipe: Recipe) -> tuple[str, ...]:
    """The names of those that differ from matched mode in this network by this recipe."""
    return tuple(default.name for default in declared if default.concerns(architecture, recipe))


def takes_own_optimizer(
    architecture: Architecture, recipe: Recipe, declared: Iterable[Default], chosen: Set[str], of_optimizers: Set[str]
) -> bool:
    """Whether the framework's own optimizer trains: it is so in its arithmetic, and in each of these defaults of
    optimizers that differ here.
    """
    found = {*concerned(declared, architecture, recipe)}
    return ARITHMETIC in chosen and found & of_optimizers <= chosen


def own_optimizer(recipe: Recipe, declared: Iterable[Default], chosen: Set[str]) -> Optimizer:
    """The optimizer with the framework's numbers for the chosen defaults; rounded, unless its arithmetic is chosen."""
    found = with_numbers(recipe.optimizer, _numbers(declared, chosen))
    return found if ARITHMETIC in chosen else round_constants(found)


def own_layers(layers: Chain, declared: Iterable[Default], chosen: Set[str]) -> Chain:
    """The layers with the framework's numbers for the chosen defaults, as they are written."""
    numbers = _numbers(declared, chosen)
    return map_layers(layers, lambda shaped: replace(shaped, layer=with_numbers(shaped.layer, numbers)))


def with_numbers(value: Value, numbers: Iterable[Number]) -> Value:
    """The layer or optimizer with these numbers in the fields that hold the core's default."""
    known = default_values(value)
    mine = {number.field: number.value for number in numbers if type(value) is number.kind}
    return replace(value, **{name: own for name, own in mine.items() if getattr(value, name) == known[name]})


def _numbers(declared: Iterable[Default], chosen: Set[str]) -> list[Number]:
    return [number for default in declared if default.name in chosen for number in default.numbers]


# --- what a default can depend on ---------------------------------------------------------------------------


def has_drawn_weights(architecture: Architecture, recipe: Recipe) -> bool:
    """Whether an initializer draws an array of the network."""
    return any(name not in layer.initial for layer, name in _arrays(architecture))


def has_dropout(architecture: Architecture, recipe: Recipe) -> bool:
    """Whether masks are drawn."""
    return any(shaped.layer.mask_rate for shaped in architecture.all_layers)


def has_batch_norm(architecture: Architecture, recipe: Recipe) -> bool:
    """Whether a layer is a batch norm."""
    return any(isinstance(shaped.layer, BatchNorm) for shaped in architecture.all_layers)


def has_layer(*kinds: type[Layer]) -> Condition:
    """Whether a layer is of one of these kinds."""
    return lambda architecture, recipe: any(isinstance(shaped.layer, kinds) for shaped in architecture.all_layers)


def in_float64(condition: Condition) -> Condition:
    """Whether the condition holds, and the training is in float64."""
    return lambda architecture, recipe: recipe.precision == "float64" and condition(architecture, recipe)


def has_rounded_numbers(architecture: Architecture, recipe: Recipe) -> bool:
    """Whether a number of optimizer or layers is another one in float32; of a dropout's rate masks alone are made."""
    layers = [shaped for shaped in architecture.all_layers if shaped.layer.mask_rate is None]
    optimizer = replace(recipe.optimizer, learning_rate=0.0)  # that of a step is no number of the optimizer
    return round_constants(optimizer) != optimizer or any(round_layer(shaped) != shaped for shaped in layers)


def has_other_kinds(architecture: Architecture, recipe: Recipe) -> bool:
    """Whether optimizer or layers are of kinds that another package adds, whose own defaults nobody has declared."""
    kinds = {type(shaped.layer) for shaped in architecture.all_layers} | {type(recipe.optimizer)}
    return any(not kind.__module__.startswith(f"{__package__}.") for kind in kinds)


def trains_with(*kinds: type[Optimizer]) -> Condition:
    """Whether the optimizer is of one of these kinds."""
    return lambda architecture, recipe: isinstance(recipe.optimizer, kinds)


def has_scheduled_momentum(architecture: Architecture, recipe: Recipe) -> bool:
    """Whether SGD or RMSprop has momentum, and a learning rate that changes."""
    return _has_momentum(recipe) and not isinstance(recipe.schedule, Constant)


def has_steady_momentum(architecture: Architecture, recipe: Recipe) -> bool:
    """Whether SGD or RMSprop has momentum, and a learning rate that stays."""
    return _has_momentum(recipe) and isinstance(recipe.schedule, Constant)


def trains_with_momentum(*kinds: type[Optimizer]) -> Condition:
    """Whether the optimizer is of one of these kinds and has momentum."""
    return lambda architecture, recipe: isinstance(recipe.optimizer, kinds) and _has_momentum(recipe)


def has_coupled_decay(architecture: Architecture, recipe: Recipe) -> bool:
    """Whether a weight decay is added to the gradient in matched mode."""
    decay: float = getattr(recipe.optimizer, "weight_decay", 0.0)
    return decay > 0 and not isinstance(recipe.optimizer, AdamW | Lion)


def any_of(*conditions: Condition) -> Condition:
    """Whether one of the conditions holds."""
    return lambda architecture, recipe: any(holds(architecture, recipe) for holds in conditions)


def always(architecture: Architecture, recipe: Recipe) -> bool:
    """In every training."""
    return True


def _has_momentum(recipe: Recipe) -> bool:
    return isinstance(recipe.optimizer, SGD | RMSprop) and recipe.optimizer.momentum > 0


def _arrays(architecture: Architecture) -> list[tuple[Layer, str]]:
    return [(shaped.layer, name.rpartition(".")[2]) for shaped in architecture.all_layers for name in shaped.parameters]
