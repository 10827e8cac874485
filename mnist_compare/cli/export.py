"""`export`: the records of a comparison in the formats of other tools."""

import shlex
from pathlib import Path

import click

from mnist_compare.cli.folders import require_comparison
from mnist_compare.cli.options import UserPath
from mnist_compare.document.words import plural
from mnist_compare.export.exporting import TOOLS, export_records


@click.command("export")
@click.argument("folder", type=UserPath())
@click.option("--to", required=True, metavar="TOOL", help=f"Which tool: {' or '.join(TOOLS)}.")
@click.option("--output", "-o", type=UserPath(), help="A new folder. Default: one with the tool's name in FOLDER.")
def command(folder: Path, to: str, output: Path | None) -> None:
    """Write the records in FOLDER for another tool: tensorboard gives event files, mlflow a local file store.

    Each needs its package: the extra of the same name brings it.
    """
    require_comparison(folder)
    export = export_records(folder, to.strip().lower(), output)
    told = plural(export.runs, "run")
    click.echo(f"{told}: {export.folder}" if export.is_new else f"{told}, as they are there already: {export.folder}")
    click.echo(f"To look at: {export.command.format(folder=shlex.quote(str(export.folder)))}")
