"""`import`: weights that another program has trained, as a checkpoint that every backend loads."""

from pathlib import Path

import click

from mnist_compare.architecture import format_shape
from mnist_compare.architecture.documented import default_recipe, find_architecture
from mnist_compare.cli.options import UserPath, shared_options
from mnist_compare.document.screen import Screen
from mnist_compare.document.table import Table
from mnist_compare.document.terminal_table import rich_table
from mnist_compare.errors import UsageError
from mnist_compare.export.importing import import_weights
from mnist_compare.io.terminal import to_json
from mnist_compare.recipe import find_recipe


@click.command("import")
@click.argument("file", type=UserPath())
@click.option("--architecture", "-a", required=True, help="The network: a name, or a .toml file.")
@click.option("--recipe", help="What it is trained on with: it says how pixels are normalized. Default: its own.")
@click.option("--images", help="Channels, height and width of its images. Default: the network's own, or 1x28x28.")
@click.option("--classes", type=int, help="How many classes it tells apart. Default: the network's own, or 10.")
@click.option("--output", "-o", type=UserPath(), help="The checkpoint. Default: NAME-imported.safetensors.")
@click.option("--json", "as_json", is_flag=True, help="Print what was taken for what as JSON.")
@shared_options("--python")
def command(
    file: Path,
    architecture: str,
    recipe: str | None,
    images: str | None,
    classes: int | None,
    output: Path | None,
    as_json: bool,
    python: dict[str, str],
) -> None:
    """Make a checkpoint of a network from FILE: .pt or .pth of torch, .keras, .pdparams of Paddle, .onnx, .safetensors.

    Every backend loads a checkpoint. Arrays are matched by name, or else in their order, where all shapes are those of
    the network; what was taken for what is printed. Nothing that a file brings is executed.
    """
    network = find_architecture(architecture)
    network = network.fitted_to(
        network.input_shape if images is None else _shape(images), network.classes if classes is None else classes
    )
    chosen = find_recipe(recipe) if recipe else default_recipe(network)
    made = output or Path(f"{file.stem}-imported.safetensors")
    matches = import_weights(file, network, chosen, made, python)
    if as_json:
        click.echo(to_json({"checkpoint": str(made), "arrays": [one._asdict() for one in matches]}))
        return
    rows = tuple((one.theirs, format_shape(one.shape), one.ours) for one in matches)
    screen = Screen()
    screen.print(rich_table(Table(f"{file.name} as {network.name}", ("array", "shape", "here"), rows)))
    screen.print(f"Checkpoint: {made}")


def _shape(images: str) -> tuple[int, int, int]:
    parts = images.lower().split("x")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        raise UsageError(f"--images takes channels x height x width, such as 3x32x32 (it is {images[:40]!r}).")
    channels, height, width = map(int, parts)
    return channels, height, width
