"""Training speed against batch size: images per second of each backend, as a table.

Run it on a quiet machine: python benchmarks/batch_size.py --backends torch,keras,paddle
"""

import tempfile
from pathlib import Path

import click
import pandas as pd

from mnist_compare import compare

SIZES = (16, 64, 256, 1024)


@click.command()
@click.option("--backends", default="torch,keras,paddle", show_default=True, help="Names, comma-separated.")
@click.option("--architecture", default="cnn", show_default=True, help="A name or a .toml file.")
@click.option("--train-size", default=20_000, show_default=True, help="Images of an epoch.")
def main(backends: str, architecture: str, train_size: int) -> None:
    """Train one epoch with each batch size in each backend, and print images per second."""
    frames = []
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            options = {"epochs": 1, "train_size": train_size, "test_size": 1000, "batch_size": size}
            found = compare(backends.split(","), [architecture], output=Path(folder) / str(size), **options)
            frames.append(found.to_frame().assign(batch_size=size))
    rows = pd.concat(frames)
    table = rows.pivot_table(index="batch_size", columns="backend", values="images_per_second", sort=False)
    click.echo(table.round(0).astype(int).to_string())


if __name__ == "__main__":
    main()
