"""`samples`: what is in a data set."""

import os
from pathlib import Path
from typing import Any

import click
import numpy as np

from mnist_compare.cli.options import CHANGES, NAMES, UserPath, shared_options
from mnist_compare.data import Dataset, find_changes, load_dataset
from mnist_compare.data.look import data_warnings
from mnist_compare.document.words import listing
from mnist_compare.errors import OutputError, UsageError
from mnist_compare.io.files import make_folder
from mnist_compare.io.options import check_seed
from mnist_compare.recipe import Recipe, find_recipe
from mnist_compare.recipe.augmentations import AUGMENTATIONS, Augmentation
from mnist_compare.report.images import class_word
from mnist_compare.runner.data_spec import describe_data

MAX_COUNT = 1000
MOST_ROWS = 8
MOST_CLASSES = 50
"""Of more, the least and the most frequent one are named."""


@click.command("samples")
@click.option("--dataset", default="mnist", show_default=True, help="mnist, or the path of files.")
@shared_options(*CHANGES)
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
@click.option(
    "--augmented", is_flag=True, help="Draw, too, what augmentations make of images: every kind, or those of --recipe."
)
@click.option("--recipe", help="A recipe, whose augmentations are drawn.")
@click.option("--augmentation", **NAMES, help="Augmentations that are drawn: names with commas.")
@click.option("--seed", default=0, show_default=True, help="Of the augmentations.")
def command(
    dataset: str,
    count: int,
    output: Path,
    force: bool,
    augmented: bool,
    recipe: str | None,
    augmentation: tuple[str, ...],
    seed: int,
    **changes: Any,
) -> None:
    """Print what a data set holds and what may be wrong with it; draw first images and the mean of each class.

    With --augmented also what augmentations make of some, and how many images a second they are.
    """
    augmented = augmented or bool(recipe or augmentation)
    changing = _augmentations(recipe, augmentation)
    check_seed(seed)
    if not 1 <= count <= MAX_COUNT:
        raise UsageError(f"--count must be from 1 to {MAX_COUNT} (it is {count}).")
    stem = output.with_suffix("") if output.suffix in (".png", ".svg") else output
    if stem.name in ("", ".."):
        raise UsageError(f"--output must name a file, to which .png and .svg are added (it is {str(output)!r}).")
    means = stem.with_name(f"{stem.name}-classes")
    becoming = stem.with_name(f"{stem.name}-augmented")
    pictures = (stem, means, *([becoming] if augmented else []))
    files = [made.with_name(f"{made.name}.{kind}") for made in pictures for kind in ("png", "svg")]
    taken = [str(path) for path in files if os.path.lexists(path)]
    if taken and not force:
        verb = "exists" if len(taken) == 1 else "exist"
        raise OutputError(f"{listing(taken)} {verb} already. Give another --output, or --force to write over them.")
    data = load_dataset(dataset, find_changes(**changes))
    for note in data.notes:
        click.echo(f"Data: {note}")
    for part in ("train", "test"):
        _describe(data, part)
    for warning in data_warnings(data):
        click.echo(f"Warning: {warning}")
    from mnist_compare.report.samples import sample_grid

    make_folder(stem.parent, f"{stem}.png")
    png, svg = sample_grid(data.train_images[:count], data.train_labels[:count]).write(stem)
    click.echo(f"Grid of {min(count, len(data.train_labels))} images: {png}, {svg}")
    classes = np.unique(data.train_labels.astype(np.int64))
    images = np.stack([data.train_images[data.train_labels == label].mean(axis=0).round() for label in classes])
    png, svg = sample_grid(images.astype(np.uint8), classes, title="Mean image of each class").write(means)
    click.echo(f"Mean image of each class: {png}, {svg}")
    if augmented:
        from mnist_compare.report.augmented import augmented_grid, every_augmentation, images_per_second

        some = data.train_images[:MOST_ROWS]
        drawn = augmented_grid(some, changing, seed) if changing else every_augmentation(some, seed)
        png, svg = drawn.write(becoming)
        click.echo(f"What augmentations make of some: {png}, {svg}")
        each = {name: (one,) for name, one in AUGMENTATIONS.items()}
        for name, ones in {"together": changing}.items() if changing else each.items():
            speed = images_per_second(data.train_images, ones, seed)
            click.echo(f"  {name}: one thread makes {speed:,.0f} images a second")


def _augmentations(recipe: str | None, asked: tuple[str, ...]) -> tuple[Augmentation, ...]:
    """Those of a recipe, or those that are named; none where neither is given."""
    found = (find_recipe(recipe) if recipe else Recipe()).changed(augmentation=asked or None).augmentation
    if recipe and not found:
        raise UsageError(
            f"Recipe {recipe!r} has no augmentations. Name some: --augmentation rotate,elastic (`list augmentations`)."
        )
    return found


def _describe(data: Dataset, part: str) -> None:
    """Print shape, type and range of the images of a part, and how many there are of each class."""
    images, labels = getattr(data, f"{part}_images"), getattr(data, f"{part}_labels")
    low, high = images.min(), images.max()
    click.echo(
        f"{part}: images {images.dtype} {list(images.shape)} from {low} to {high}, "
        f"labels {labels.dtype} {list(labels.shape)}"
    )
    counts = np.bincount(labels, minlength=data.class_count)
    names = data.classes or tuple(map(str, range(data.class_count)))
    shown = [f"{name}: {count:,}" for name, count in zip(names, counts, strict=True)]
    if len(shown) > MOST_CLASSES:
        few, many = int(counts.argmin()), int(counts.argmax())
        shown = [f"{len(shown)} classes, from {shown[few]} to {shown[many]}"]
    click.echo(f"  per {class_word(describe_data(data, data))}: " + "  ".join(shown))
