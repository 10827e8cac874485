"""`export`: the records of a comparison in the formats of other tools, or its trained networks as files."""

import shlex
from pathlib import Path

import click

from mnist_compare.cli.folders import newest_comparison, note_half_record, require_comparison
from mnist_compare.cli.options import UserPath, shared_options
from mnist_compare.document.words import plural
from mnist_compare.errors import UsageError
from mnist_compare.export.exporting import TOOLS
from mnist_compare.export.formats import export_comparison
from mnist_compare.export.networks import FORMATS
from mnist_compare.io.terminal import clean

WHAT = f"The records for {' or '.join(TOOLS)}, or the networks as {' or '.join(FORMATS)}."


@click.command("export")
@click.argument("folder", type=UserPath(), required=False)
@click.option("--run", type=UserPath(), help="The same as FOLDER.")
@click.option("--to", "--format", "to", required=True, metavar="FORMAT", help=WHAT)
@click.option("--output", "-o", type=UserPath(), help="A new folder. Default: one with the format's name in FOLDER.")
@click.option("--pixels", is_flag=True, help="Of onnx: files that take pixels, uint8, and normalize them themselves.")
@shared_options("--python")
def command(
    folder: Path | None, run: Path | None, to: str, output: Path | None, pixels: bool, python: dict[str, str]
) -> None:
    """Write what a comparison in FOLDER (default: the newest) has come to for other programs.

    tensorboard gives event files of its records, mlflow a local file store. native, onnx and safetensors give files of
    each trained network: those of the framework that has trained it, one for ONNX Runtime, or the weights alone. Each
    file is checked: safetensors is read again, the others are run, and their outputs are set against the network's own.
    mlflow, tensorboard and onnx need their packages: the extra of the same name brings them.
    """
    folder = _folder(folder, run)
    to = to.strip().lower()
    export = export_comparison(
        folder, to, output, pixels=pixels, python=python, say=lambda line: click.echo(clean(line))
    )
    told = plural(export.runs, "network" if to in FORMATS else "run")
    click.echo(f"{told}: {export.folder}" if export.is_new else f"{told}, as they are there already: {export.folder}")
    if export.command:
        click.echo(f"To look at: {export.command.format(folder=shlex.quote(str(export.folder)))}")


def _folder(folder: Path | None, run: Path | None) -> Path:
    """The comparison that is asked for, else the newest."""
    if folder is not None and run is not None:
        raise UsageError("FOLDER and --run are the same. Give one of them.")
    folder = folder or run
    if folder is None:
        folder = newest_comparison()
        click.echo(clean(f"Networks of {folder}, the newest comparison (FOLDER takes another)."), err=True)
    require_comparison(folder)
    note_half_record(folder)
    return folder
