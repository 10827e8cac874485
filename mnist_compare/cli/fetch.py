"""`fetch`: download a data set."""

from pathlib import Path

import click

from mnist_compare.cli.options import UserPath
from mnist_compare.data.fetching import fetch
from mnist_compare.data.published import PUBLISHED


@click.command("fetch")
@click.argument("name", metavar="|".join(PUBLISHED))
@click.option("--output", "-o", type=UserPath(), help="Where to put the files. Default: the user's data folder.")
@click.option("--mirror", metavar="URL", help="An address with the files, which is tried first.")
def command(name: str, output: Path | None, mirror: str | None) -> None:
    """Download a data set, and verify its checksums. No data set is downloaded in any other way."""
    folder = fetch(name, output, mirror, lambda line: click.echo(line, err=True))
    click.echo(f"{folder}")
    click.echo(f"Use it with --dataset {folder}", err=True)
