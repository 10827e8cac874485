"""`show --source`: a network as programs."""

from pathlib import Path

import click

from mnist_compare.architecture import Architecture
from mnist_compare.architecture.documented import default_recipe
from mnist_compare.errors import UsageError
from mnist_compare.io.files import is_taken, make_folder, write_file
from mnist_compare.recipe import find_recipe

ALL = "all"


def show_source(
    network: Architecture, source: str, output: Path | None, recipe: str | None, precision: str | None
) -> None:
    """Print the program of a backend, or write it to a file; of `all` backends, write a page."""
    from mnist_compare.source import find_writer, writers

    chosen = default_recipe(network) if recipe is None else find_recipe(recipe)
    chosen = chosen.changed(precision=precision)
    if source == ALL:
        from mnist_compare.report.page.sources import sources_page

        page = sources_page(network.name, [writer.write(network, chosen) for writer in writers().values()])
        _write(output or Path(f"{network.name}-sources.html"), page)
        return
    text = find_writer(source).write(network, chosen).text
    if output is None:
        click.echo(text, nl=False)
    else:
        _write(output, text)


def _write(path: Path, text: str) -> None:
    if is_taken(path):
        raise UsageError(f"{path} exists, and is not written over. Give another --output, or remove it.")
    make_folder(path.parent)
    write_file(path, text.encode())
    click.echo(f"{path}")
