"""`show`: a network layer by layer."""

from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from mnist_compare.architecture import Architecture, Branches, Chain, Composite, Layer, format_shape
from mnist_compare.architecture.documented import default_recipe, find_architecture
from mnist_compare.cli.options import UserPath, shared_options
from mnist_compare.cli.sources import show_source
from mnist_compare.errors import UsageError
from mnist_compare.io.terminal import to_json
from mnist_compare.io.toml import toml_list, toml_value
from mnist_compare.recipe.mode import non_default_fields


@click.command("show")
@click.argument("architecture")
@click.option("--toml", "as_toml", is_flag=True, help="Print the network as a TOML file, to start your own from.")
@click.option("--json", "as_json", is_flag=True, help="Print layers, shapes and parameters as JSON.")
@click.option(
    "--source",
    metavar="FRAMEWORK",
    help="Print a program of that framework alone, such as torch or jax; `all`: an HTML page.",
)
@click.option("--output", type=UserPath(), help="With --source: write to this file.")
@shared_options("--recipe", "--precision")
def command(
    architecture: str,
    as_toml: bool,
    as_json: bool,
    source: str | None,
    output: Path | None,
    recipe: str | None,
    precision: str | None,
) -> None:
    """Show the layers of ARCHITECTURE (a name or a .toml file) with shapes and parameters.

    With --source, show it as a program instead: the network, its loss, its optimizer and a training loop in one
    framework alone, which take the steps that a matched run takes. `--source all` writes those of all frameworks side
    by side, as NAME-sources.html where --output says nothing else.
    """
    if as_toml and as_json:
        raise UsageError("--toml and --json cannot be given together: leave one of them out.")
    if source is None and (output or recipe or precision):
        raise UsageError("--output, --recipe and --precision are for --source. Give that, or leave them out.")
    if source is not None and (as_toml or as_json):
        raise UsageError("--source prints a program. Leave --toml and --json out.")
    network = find_architecture(architecture)
    if source is not None:
        show_source(network, source, output, recipe, precision)
    elif as_toml:
        click.echo(to_toml(network), nl=False)
    elif as_json:
        shown = {"name": network.name, "parameters": network.parameter_count, "layers": rows(network)}
        click.echo(to_json(shown))
    else:
        _print_table(network)


def rows(network: Architecture) -> list[dict[str, object]]:
    """One row per layer, those within others behind them: name, kind, settings, output shape, own parameters."""
    return [
        {
            "name": shaped.name,
            "layer": kind(shaped.layer),
            "settings": settings(shaped.layer),
            "output_shape": list(shaped.output_shape),
            "parameters": shaped.parameter_count,
        }
        for shaped in network.all_layers
    ]


def settings(layer: Layer) -> dict[str, object]:
    """The fields that are not as by default, but for the layers that it holds."""
    return {name: value for name, value in non_default_fields(layer).items() if not _holds_layers(value)}


def kind(layer: Layer) -> str:
    """The layer's `type` in a file."""
    return str(layer.__struct_config__.tag)


def to_toml(network: Architecture) -> str:
    """The network as a TOML file that `--architectures` takes, under another name than a documented one."""
    head = [
        f'name = "my_{network.name}"',
        f'output = "{network.output}"',
        f'initializer = "{network.initializer}"',
        *_own_images(network),
        *_recipe(network),
    ]
    tables = [
        [
            "",
            "[[layers]]",
            f'type = "{kind(layer)}"',
            *(f"{k} = {_literal(v, '')}" for k, v in non_default_fields(layer).items()),
        ]
        for layer in network.layers
    ]
    return "\n".join([*head, *(line for table in tables for line in table)]) + "\n"


def _own_images(network: Architecture) -> list[str]:
    """What it says of its images and classes, where these are not left to the data."""
    own = {name: value for name, value in non_default_fields(network).items() if name in ("input_shape", "classes")}
    return [f"{name} = {toml_value(value)}" for name, value in own.items()]


def _recipe(network: Architecture) -> list[str]:
    """A documented recipe by its name, another one as a table."""
    if isinstance(network.recipe, str):
        return [f'recipe = "{network.recipe}"  # or a [recipe] table']
    return [
        "",
        "[recipe]",
        *(f"{name} = {_literal(value, '')}" for name, value in non_default_fields(network.recipe).items()),
    ]


def _literal(value: object, indent: str) -> str:
    """The value in TOML; what holds layers has a line for each of them."""
    if isinstance(value, msgspec.Struct):
        tag = value.__struct_config__.tag  # None of means and deviations, which stand alone
        fields = ({} if tag is None else {"type": tag}) | non_default_fields(value)
        return "{ " + ", ".join(f"{name} = {_literal(field, indent)}" for name, field in fields.items()) + " }"
    if isinstance(value, tuple) and _holds_layers(value):
        items = [f"{indent}    {_literal(item, indent + '    ')},\n" for item in value]
        return f"[\n{''.join(items)}{indent}]"
    if isinstance(value, tuple):
        return toml_list([_literal(item, indent) for item in value])
    return toml_value(value)


def _holds_layers(value: object) -> bool:
    return isinstance(value, tuple) and any(isinstance(item, Layer) or _holds_layers(item) for item in value)


def _table_rows(layers: Chain, indent: str = "") -> Iterator[tuple[str, str, str, str]]:
    """A row per layer, those within others further to the right, a part with a name of its own below that."""
    for shaped in layers:
        details = ", ".join(f"{name} {value}" for name, value in settings(shaped.layer).items())
        words = kind(shaped.layer).replace("_", " ") + (f", {details}" if details else "")
        count = "" if shaped.parts else f"{shaped.parameter_count:,}"
        yield f"{indent}{shaped.own_name}", words, format_shape(shaped.output_shape), count
        parts = shaped.layer.parts if isinstance(shaped.layer, Composite) else ()
        for part, inner in zip(parts, shaped.parts, strict=True):
            if part.name and (inner or isinstance(shaped.layer, Branches)):
                yield f"{indent}  {part.name}", "" if inner else "the input as it is", "", ""
            yield from _table_rows(inner, f"{indent}  {'  ' * bool(part.name)}")


def _print_table(network: Architecture) -> None:
    from rich.table import Table

    from mnist_compare.document.screen import Screen

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, justify in (("layer", "left"), ("kind", "left"), ("output", "right"), ("parameters", "right")):
        table.add_column(name, justify="right" if justify == "right" else "left")
    for row in _table_rows(network.shaped_layers):
        table.add_row(*row)
    recipe = default_recipe(network)
    console = Screen()
    console.print(f"{network.name}: input {format_shape(network.input_shape)}, initializer {network.initializer}")
    console.print(table)
    console.print(f"{network.parameter_count:,} parameters")
    console.print(f"Recipe {recipe.name}: {recipe.describe()}")
    if network.source:
        console.print(f"Source: {network.source}")
