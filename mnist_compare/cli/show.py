"""`show`: a network layer by layer."""

import click
import msgspec

from mnist_compare.architecture import Architecture, format_shape
from mnist_compare.architectures import default_recipe, find_architecture


@click.command("show")
@click.argument("architecture")
@click.option("--toml", "as_toml", is_flag=True, help="Print the network as a TOML file, to start your own from.")
@click.option("--json", "as_json", is_flag=True, help="Print layers, shapes and parameters as JSON.")
def command(architecture: str, as_toml: bool, as_json: bool) -> None:
    """Show the layers of ARCHITECTURE (a name or a .toml file) with shapes and parameters."""
    network = find_architecture(architecture)
    if as_toml:
        click.echo(to_toml(network), nl=False)
    elif as_json:
        click.echo(msgspec.json.encode({"name": network.name, "parameters": network.parameter_count, "layers": rows(network)}).decode())
    else:
        _print_table(network)


def rows(network: Architecture) -> list[dict[str, object]]:
    """One row per layer: name, kind, settings, output shape, parameters."""
    return [
        {
            "name": placed.name,
            "layer": placed.layer.__struct_config__.tag,
            "settings": {f: v for f in placed.layer.__struct_fields__ if (v := getattr(placed.layer, f)) is not None},
            "output_shape": list(placed.output_shape),
            "parameters": placed.parameter_count,
        }
        for placed in network.placed
    ]


def to_toml(network: Architecture) -> str:
    """The network as a TOML file that `--architectures` takes, under another name than a documented one."""
    head = [
        f'name = "my_{network.name}"',
        f'output = "{network.output}"',
        f'initializer = "{network.initializer}"',
        f'recipe = "{default_recipe(network).name}"  # or a [recipe] table',
    ]
    tables = []
    for placed in network.placed:
        fields = msgspec.to_builtins(placed.layer)
        tables.append("\n".join(["[[layers]]", *(f"{key} = {_literal(value)}" for key, value in fields.items() if value is not None)]))
    return "\n".join(head) + "\n\n" + "\n\n".join(tables) + "\n"


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _print_table(network: Architecture) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("layer")
    table.add_column("kind")
    table.add_column("output", justify="right")
    table.add_column("parameters", justify="right")
    for placed in network.placed:
        kind = str(placed.layer.__struct_config__.tag).replace("_", " ")
        details = ", ".join(f"{f} {v}" for f in placed.layer.__struct_fields__ if (v := getattr(placed.layer, f)) is not None)
        table.add_row(placed.name, f"{kind} ({details})" if details else kind, format_shape(placed.output_shape), f"{placed.parameter_count:,}")
    recipe = default_recipe(network)
    console = Console(highlight=False)
    console.print(f"{network.name}: input {format_shape(network.input_shape)}, initializer {network.initializer}")
    console.print(table)
    console.print(f"{network.parameter_count:,} parameters")
    console.print(f"Recipe {recipe.name}: {recipe.describe()}")
    if network.source:
        console.print(f"Source: {network.source}")
