"""`list`: what there is."""

from collections.abc import Callable, Mapping
from functools import partial

import click

from mnist_compare.architecture.documented import NETWORKS, default_recipe
from mnist_compare.backend import backends, broken_backends
from mnist_compare.cli.vocabulary import BASES, kinds
from mnist_compare.data.readers import readers
from mnist_compare.interpreters.check import find_interpreters
from mnist_compare.interpreters.choice import HERE, Choice, choose
from mnist_compare.interpreters.interpreter_error import InterpreterError
from mnist_compare.io.extensions import CORE, load_extensions
from mnist_compare.io.registry import Tagged
from mnist_compare.io.terminal import to_json
from mnist_compare.lowering import PASSES
from mnist_compare.recipe import RECIPES

DATASETS = {
    "mnist": "the real MNIST, 60,000 + 10,000 images, which comes with this package",
    "sklearn:digits": "the 1,797 digits of 8x8 pixels of the installed scikit-learn",
    "PATH": "a file or folder that one of `list readers` reads",
    "PATH#OPTIONS": "the same with options, such as train.csv#label=class,test-share=0.2 or emnist#split=letters",
}

KINDS = ("backends", "architectures", "recipes", *BASES, "datasets", "readers", "passes", "defaults")


@click.command("list")
@click.argument("what", type=click.Choice(KINDS, case_sensitive=False))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(what: str, as_json: bool) -> None:
    """List backends, architectures, recipes, all kinds of layers, optimizers, schedules and augmentations, datasets,
    the readers of data sets, the passes that tune a network, or frameworks' own defaults.
    """
    listed = LISTS[what]()
    if as_json:
        click.echo(to_json(listed))
        return
    width = max(map(len, listed))
    for name, text in listed.items():
        click.echo(f"{name:{width}}  {text}")


def _backends() -> dict[str, str]:
    choices = choose({})
    found = {name: f"{backend.title}: {_state(name, choices)}" for name, backend in backends().items()}
    return found | {name: f"cannot be loaded: {reason}" for name, reason in broken_backends().items()}


def _state(backend: str, choices: Mapping[str, Choice]) -> str:
    """What the backend runs on, and in which interpreter where it is not this one."""
    try:
        interpreter = find_interpreters([backend], choices)[backend]
    except InterpreterError as error:
        return f"missing. {error}"
    versions = ", ".join(f"{name} {version}" for name, version in interpreter.versions.items())
    origin = choices[backend].origin
    return versions if origin == HERE else f"{versions}, in {interpreter.path} ({origin})"


def _architectures() -> dict[str, str]:
    return {
        network.name: f"{network.parameter_count:,} parameters, recipe {default_recipe(network).name}. {network.source}"
        for network in NETWORKS.values()
    }


def _recipes() -> dict[str, str]:
    return {name: recipe.describe() for name, recipe in RECIPES.items()}


def _passes() -> dict[str, str]:
    users = {name: [backend.name for backend in backends().values() if name in backend.passes] for name in PASSES}
    return {
        name: f"{', '.join(users[name])}: {found.reason} In docs/performance.md: {found.gain}"
        for name, found in PASSES.items()
    }


def _defaults() -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for backend in backends().values():
        for default in backend.defaults:
            told = f"{backend.name}, {default.where}: {default.own} (matched: {default.matched})."
            found.setdefault(default.name, []).append(told)
    return {name: " ".join(told) for name, told in found.items()}


def _kinds(base: type[Tagged]) -> dict[str, str]:
    load_extensions(CORE)
    return {tag: f"{summary} In a file: {line}" for tag, (summary, line) in kinds(base).items()}


LISTS: dict[str, Callable[[], dict[str, str]]] = {
    "backends": _backends,
    "architectures": _architectures,
    "recipes": _recipes,
    **{what: partial(_kinds, base) for what, base in BASES.items()},
    "datasets": lambda: DATASETS,
    "readers": lambda: {name: reader.reads for name, reader in readers().items()},
    "passes": _passes,
    "defaults": _defaults,
}
