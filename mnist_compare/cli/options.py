"""The options of `run`, as data."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mnist_compare.errors import UsageError
from mnist_compare.experiment.train_metrics import SAMPLE
from mnist_compare.io.reading import user_path
from mnist_compare.recipe import OPTIMIZERS
from mnist_compare.recipe.augmentations import AUGMENTATIONS
from mnist_compare.recipe.schedules import SCHEDULES
from mnist_compare.records.record import MARGIN
from mnist_compare.runner.asked import names_in, seeds_in
from mnist_compare.runner.networks import DEFAULT_EPOCHS


def parse_names(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """The names in ("a,b", "c"): a, b and c."""
    names = tuple(name for item in value for name in names_in(item))
    if value and not names:
        raise UsageError(f"{param.opts[0]} was given no name.")
    return names


def parse_seeds(ctx: click.Context, param: click.Parameter, value: str) -> tuple[int, ...]:
    """The seeds in "0,3-5": 0, 3, 4 and 5; in "10": 0 to 9."""
    return seeds_in(value)


def parse_device(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """The device, however its letters are written: "GPU:0" is gpu:0."""
    return value.strip().lower()


def parse_epochs(ctx: click.Context, param: click.Parameter, value: str | None) -> int | str | None:
    """A number, or `documented`."""
    if value is None or value == "documented":
        return value
    try:
        return int(value)
    except ValueError:
        raise UsageError(f"--epochs takes a whole number, or `documented` (it is {value!r}).") from None


def parse_interpreters(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> dict[str, str]:
    """The interpreters in ("keras=/opt/keras", "torch=/opt/torch/bin/python"), by backend."""
    found: dict[str, str] = {}
    for item in value:
        name, _, path = (part.strip() for part in item.partition("="))
        if not name or not path:
            raise UsageError(f"--python takes BACKEND=PATH, such as keras=/opt/keras/bin/python (it is {item!r}).")
        if name in found:
            raise UsageError(f"--python names two interpreters for {name!r}: {found[name]} and {path}. Give one.")
        found[name] = path
    return found


class UserPath(click.Path):
    """A path as it was typed, where a shell has left a ~ before it as it was; an empty one is refused."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(path_type=Path, **settings)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not str(value).strip():
            self.fail(f"a path is needed (it is {str(value)!r}).", param, ctx)
        return super().convert(str(user_path(value)), param, ctx)


def several(kind: Any) -> dict[str, Any]:
    """The settings of an option that takes one number of this click type, or several with commas between them."""

    def parse(ctx: click.Context, param: click.Parameter, value: str | None) -> Any:
        if value is None or "," not in value:
            return value if value is None else kind.convert(value, param, ctx)
        return tuple(kind.convert(part, param, ctx) for part in names_in(value))

    return {"callback": parse, "metavar": f"{kind.name.upper()}[,{kind.name.upper()}]"}


NAMES: dict[str, Any] = {"multiple": True, "callback": parse_names}
SHOWN: dict[str, Any] = {"show_default": True}
PRECISIONS = click.Choice(["float32", "float64", "bfloat16"], case_sensitive=False)
MONITORS = click.Choice(["validation_loss", "validation_accuracy"], case_sensitive=False)
NORMALIZATIONS = click.Choice(["unit", "standard"], case_sensitive=False)

OPTIONS: list[tuple[tuple[str, ...], dict[str, Any], str]] = [
    (("--backends", "-b"), NAMES, "Names, comma-separated (`list backends`). Default: all installed frameworks."),
    (("--architectures", "-a"), NAMES | {"default": ("cnn",)}, "Names or .toml files, or all. Default: cnn."),
    (("--relay",), NAMES, "Train one network in these backends in turn, an epoch each: torch,keras,paddle."),
    (("--recipe",), {}, "A documented recipe, or a .toml file. Default: the one documented for each network."),
    (
        ("--epochs", "-e"),
        {"callback": parse_epochs},
        f"A number, or documented. Default: {DEFAULT_EPOCHS}, or those of a recipe of your own.",
    ),
    (
        ("--seeds", "-s"),
        SHOWN | {"default": "0", "callback": parse_seeds},
        "How many, from 0 on: 10 are 0 to 9. Or which, such as 0,1,2 or 0-4; 5, with a comma is the seed 5.",
    ),
    (
        ("--mode", "modes"),
        NAMES | {"default": ("matched",)},
        "matched, native, both, or native: and names of defaults joined by +. Default: matched.",
    ),
    (
        ("--tuning", "tunings"),
        NAMES | {"default": ("tuned",)},
        "tuned, plain (as users of a framework write networks), both, or passes joined by +. Default: tuned.",
    ),
    (
        ("--attribute",),
        {},
        "Train with each of the defaults (matched to native) or of the passes (plain to tuned) alone, too.",
    ),
    (("--dataset",), SHOWN | {"default": "mnist"}, "mnist, or the path of files (`list datasets`, `list readers`)."),
    (
        ("--test-share",),
        {"type": float},
        "Of a set without test images, take this share of each class for the test: 0.2 is a fifth.",
    ),
    (("--resize",), {"metavar": "SIZE"}, "Give all images this size: 28, or height x width such as 28x32."),
    (("--gray",), {"is_flag": True}, "Make images with colours gray."),
    (("--rgb",), {"is_flag": True}, "Give gray images three channels, all alike."),
    (
        ("--pad",),
        {"is_flag": False, "flag_value": "square", "metavar": "[SIDE]"},
        "Center images in squares, before they are resized; with a number, in squares of that side after it.",
    ),
    (("--invert",), {"is_flag": True}, "Invert images that are dark on light."),
    (("--train-size",), {"type": int}, "Train on a stratified subset of this size."),
    (("--test-size",), {"type": int}, "Test on a stratified subset of this size."),
    (("--validation",), {"type": int}, "Split this many images off the training set. Default: the recipe's share."),
    (("--subset-seed",), SHOWN | {"type": int, "default": 0}, "Seed of the subsets."),
    (("--device",), SHOWN | {"default": "auto", "callback": parse_device}, "auto, cpu, gpu or gpu:N."),
    (("--execution",), SHOWN | {"default": "auto"}, "eager, compiled, or auto: what is faster in each framework."),
    (
        ("--train-metrics",),
        SHOWN | {"default": SAMPLE},
        "After an epoch, on the training images: of a sample (and of all after the last epoch), full, running or off.",
    ),
    (
        ("--threads",),
        {"type": int},
        "CPU threads of every framework. Default: the physical cores, shared out among --jobs; on a cluster a node's.",
    ),
    (
        ("--processes",),
        several(click.INT) | {"default": "1"},
        "So many processes train each network together, and share its threads; 1,2 trains it both ways.",
    ),
    (("--jobs", "-j"), SHOWN | {"type": int, "default": 1}, "Runs at a time, the cores divided: disturbs timings."),
    (
        ("--margin",),
        SHOWN | {"type": float, "default": MARGIN},
        "Accuracies that differ by less, in percentage points, are as good as equal.",
    ),
    (
        ("--latency/--no-latency",),
        {"default": True},
        "After the training, time the outputs for 1 to 512 images (about half a second). Default: do.",
    ),
    (
        ("--keep-epochs",),
        {"is_flag": True},
        "Keep the checkpoints of all epochs, which `serve` shows; without it, of the last two.",
    ),
    (("--precision",), {"type": PRECISIONS}, "Default: the recipe's, float32."),
    (("--normalization",), {"type": NORMALIZATIONS}, "Pixels from 0 to 1, or with mean 0 and deviation 1."),
    (("--batch-size",), several(click.INT), "Instead of the recipe's; 32,64 trains with each of them."),
    (("--learning-rate", "--lr"), several(click.FLOAT), "Instead of the recipe's; several as 0.1,0.01."),
    (("--optimizer",), {}, f"{', '.join(OPTIMIZERS)}: one or several, instead of the recipe's."),
    (("--schedule",), {}, f"{', '.join(SCHEDULES)}: one or several, instead of the recipe's."),
    (
        ("--from", "start"),
        {"type": UserPath(), "metavar": "CHECKPOINT|DIR"},
        "Start from these weights, of any backend: a checkpoint, or the folder of a comparison.",
    ),
    (
        ("--freeze",),
        NAMES | {"metavar": "PATTERN[,PATTERN]"},
        "Leave layers as they are: body (all but the last linear layer), or names such as 'conv*'. none: train all.",
    ),
    (
        ("--patience",),
        {"type": int, "metavar": "EPOCHS"},
        "End after so many epochs without a better validation, and take the best; 0: train all. Default: the recipe's.",
    ),
    (("--monitor",), {"type": MONITORS}, "What decides which epoch is the best. Default: the recipe's, the loss."),
    (
        ("--augmentation",),
        NAMES | {"metavar": "NAME[,NAME]"},
        f"{', '.join(AUGMENTATIONS)}: random changes of the training images, instead of the recipe's. none: without.",
    ),
    (("--shuffle/--no-shuffle",), {"default": None}, "Instead of the recipe's."),
    (
        ("--python",),
        {"multiple": True, "callback": parse_interpreters, "metavar": "BACKEND=PATH"},
        "Run this backend in another interpreter or environment. Can be given once per backend.",
    ),
]

ENGINE_OPTIONS: list[tuple[tuple[str, ...], dict[str, Any], str]] = [
    (("--engine",), {"metavar": "NAME"}, "What places the runs: local (a process each), inline, ray, or another one."),
    (
        ("--address",),
        {"metavar": "HOST:PORT"},
        "Of the Ray cluster, for --engine ray. Default: one that this machine is a node of, or a new one here.",
    ),
    (("--exclusive",), {"is_flag": True}, "With --engine ray: one run at a time on a node, for timings that count."),
    (
        ("--retries",),
        {"type": int, "metavar": "N"},
        "Place a run again up to N times where its worker or node is lost. Default: 0, and 3 with --engine ray.",
    ),
]
"""Where runs are placed, and how often."""

CHANGES = ("--resize", "--gray", "--rgb", "--pad", "--invert")
"""What is changed in the images of a data set."""


def with_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command all options of a comparison; their names are the fields of Request."""
    return shared_options(*(names[0] for names, _, _ in OPTIONS))(function)


def with_engine(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of where its runs are placed."""
    for names, settings, text in reversed(ENGINE_OPTIONS):
        function = click.option(*names, help=text, **settings)(function)
    return function


def shared_options(*wanted: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command those of the options whose first names are `wanted`."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for names, settings, text in reversed(OPTIONS):
            if names[0] in wanted:
                function = click.option(*names, help=text, **settings)(function)
        return function

    return decorate
