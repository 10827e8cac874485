"""`samples`: what is in a data set."""

import os
from pathlib import Path

import click
import numpy as np

from mnist_compare.cli.options import UserPath
from mnist_compare.data import load_dataset
from mnist_compare.errors import OutputError, UsageError
from mnist_compare.io.files import make_folder
from mnist_compare.report.images import class_word
from mnist_compare.runner.data_spec import describe_data

MAX_COUNT = 1000


@click.command("samples")
@click.option("--dataset", default="mnist", show_default=True, help="mnist, or the path of files.")
@click.option("--count", default=25, show_default=True, help="How many training images the grid shows.")
@click.option(
    "--output",
    "-o",
    type=UserPath(),
    default=Path("samples"),
    show_default=True,
    help="Where to write: .png and .svg are added.",
)
@click.option("--force", is_flag=True, help="Write over files that are there.")
def command(dataset: str, count: int, output: Path, force: bool) -> None:
    """Print shapes and counts of a data set, and draw a grid of its first images with their labels."""
    if not 1 <= count <= MAX_COUNT:
        raise UsageError(f"--count must be from 1 to {MAX_COUNT} (it is {count}).")
    stem = output.with_suffix("") if output.suffix in (".png", ".svg") else output
    if stem.name in ("", ".."):
        raise UsageError(f"--output must name a file, to which .png and .svg are added (it is {str(output)!r}).")
    taken = [str(path) for kind in ("png", "svg") if os.path.lexists(path := stem.with_name(f"{stem.name}.{kind}"))]
    if taken and not force:
        verb = "exists" if len(taken) == 1 else "exist"
        raise OutputError(
            f"{' and '.join(taken)} {verb} already. Give another --output, or --force to write over them."
        )
    data = load_dataset(dataset)
    for note in data.notes:
        click.echo(f"Data: {note}")
    word = class_word(describe_data(data, data))
    for name, images, labels in (
        ("train", data.train_images, data.train_labels),
        ("test", data.test_images, data.test_labels),
    ):
        counts = np.bincount(labels, minlength=data.class_count)
        click.echo(f"{name}: images {images.dtype} {list(images.shape)}, labels {labels.dtype} {list(labels.shape)}")
        click.echo(f"  per {word}: " + "  ".join(f"{digit}: {n:,}" for digit, n in enumerate(counts)))
    from mnist_compare.report.samples import sample_grid

    make_folder(stem.parent, f"{stem}.png")
    png, svg = sample_grid(data.train_images[:count], data.train_labels[:count]).write(stem)
    click.echo(f"Grid of {min(count, len(data.train_labels))} images: {png}, {svg}")
