"""`envs`: environments for frameworks that cannot share one."""

from pathlib import Path

import click
import msgspec

from mnist_compare.backend import own_name
from mnist_compare.cli.options import UserPath
from mnist_compare.cli.stopping import stopping_in_order
from mnist_compare.errors import UsageError
from mnist_compare.interpreters.check import Interpreter
from mnist_compare.interpreters.creation import Wanted, check_env, creatable, create_env
from mnist_compare.interpreters.envs import Env, env_of, envs_folder, made_envs, remove_env
from mnist_compare.interpreters.interpreter_error import InterpreterError
from mnist_compare.io.terminal import to_json


class Listed(msgspec.Struct, frozen=True):
    """What is so about one environment. `remedy` is what to do about it, where something is."""

    name: str
    python: str
    fits: bool
    text: str
    remedy: str


@click.group("envs")
def command() -> None:
    """Make, list and remove environments with one framework each.

    A comparison takes the environment of a framework that is not installed beside mnist_compare itself.
    MNIST_COMPARE_ENVS says where they are; without it, they are in the user's data folder.
    """


@command.command("create")
@click.argument("names", nargs=-1, required=True)
@click.option("--python", "base", metavar="PATH", help="The Python to make them from. Default: this one.")
@click.option(
    "--constraint",
    type=UserPath(exists=True, dir_okay=False),
    help="A pip constraints file. Default: the versions that the tests run on.",
)
@click.option("--latest", is_flag=True, help="Take the newest versions instead.")
@click.option("--force", is_flag=True, help="Make again what is there already.")
def create(names: tuple[str, ...], base: str | None, constraint: Path | None, latest: bool, force: bool) -> None:
    """Make an environment for each of NAMES (torch, keras, paddle): this mnist_compare and that framework."""
    if latest and constraint:
        raise UsageError("--latest and --constraint cannot be given together: leave one of them out.")
    wanted = Wanted.of(base, constraint, latest=latest)
    for name in creatable([part for item in names for part in item.split(",") if part]):
        with stopping_in_order(f"Stopped. There is no environment for {name}; those before it are whole."):
            interpreter = create_env(name, wanted, say=lambda line: click.echo(line, err=True), force=force)
        click.echo(f"{name}: {_versions(interpreter)} in {env_of(name).folder}")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def listing(as_json: bool) -> None:
    """List the environments: versions, interpreter, and whether each still fits this mnist_compare."""
    listed = [_examine(env) for env in made_envs()]
    if as_json:
        click.echo(to_json(listed))
    elif not listed:
        click.echo(
            f"No environments in {envs_folder()}. Make some: python -m mnist_compare envs create torch keras paddle"
        )
    for env in () if as_json else listed:
        click.echo(f"{'ok   ' if env.fits else 'UNFIT'} {env.name}: {env.text}")
        click.echo(f"      {env.python if env.fits else env.remedy}")


@command.command("remove")
@click.argument("names", nargs=-1, required=True)
def remove(names: tuple[str, ...]) -> None:
    """Delete the environments of NAMES."""
    for name in dict.fromkeys(map(own_name, names)):
        click.echo(f"removed {remove_env(name).folder}")


def _examine(env: Env) -> Listed:
    path = str(env.python)
    if not env.is_whole:
        remedy = f"Make it with: python -m mnist_compare envs create {env.name}"
        return Listed(env.name, path, False, "never finished", remedy)
    try:
        return Listed(env.name, path, True, _versions(check_env(env)), "")
    except InterpreterError as error:
        return Listed(env.name, path, False, error.problem, error.remedy)


def _versions(interpreter: Interpreter) -> str:
    versions = {**interpreter.versions, "Python": interpreter.libraries["python"]}
    return ", ".join(f"{name} {version}" for name, version in versions.items())
