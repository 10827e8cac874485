"""Training images, and what augmentations make of them, epoch by epoch."""

from collections.abc import Sequence
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.augment import augment
from mnist_compare.document.rendered import Rendered
from mnist_compare.document.style import draw, house_style, new_figure
from mnist_compare.randomness import augmentation_numbers
from mnist_compare.recipe.augmentations import AUGMENTATIONS, Augmentation
from mnist_compare.report.samples import PAPER, drawn_pixels

EPOCHS = 9
TIMED = 0.5
"""Seconds for which the making of images is timed."""
Line = tuple[str, int, Sequence[Augmentation]]
"""What stands beside a line of the grid, the number of its image, and what changes that."""


def augmented_grid(images: NDArray[np.uint8], augmentations: Sequence[Augmentation], seed: int = 0) -> Rendered:
    """A line for each of the images uint8 [N, C, H, W]: itself, and what becomes of it in each of some epochs."""
    lines = [("", number, augmentations) for number in range(len(images))]
    return _draw(images, lines, seed, ", ".join(one.describe() for one in augmentations))


def every_augmentation(images: NDArray[np.uint8], seed: int = 0) -> Rendered:
    """A line for each kind of augmentation with its defaults: one of the images, and what becomes of it."""
    lines = [(name, number % len(images), [one]) for number, (name, one) in enumerate(AUGMENTATIONS.items())]
    return _draw(images, lines, seed, "Every augmentation, with its defaults")


def _draw(images: NDArray[np.uint8], lines: Sequence[Line], seed: int, title: str) -> Rendered:
    rows = [
        drawn_pixels(np.stack([images[number], *(_made(images, ones, seed, e)[number] for e in range(EPOCHS))]))
        for _, number, ones in lines
    ]
    down, across = rows[0].shape[1:3]
    gap = max(1, max(down, across) // 7)
    wide, high = across + gap, down + gap
    columns = EPOCHS + 1
    page = np.full((len(lines) * high - gap, columns * wide - gap, *rows[0].shape[3:]), PAPER, dtype=np.uint8)
    for line, row in enumerate(rows):
        for column, picture in enumerate(row):
            page[line * high : line * high + down, column * wide : column * wide + across] = picture
    with house_style():
        figure = new_figure(0.8 * columns + 1, 0.8 * high / wide * len(lines) + 1, title)
        axes = figure.subplots()
        axes.axis("off")
        axes.imshow(page, cmap="gray", vmin=0, vmax=PAPER, interpolation="nearest")
        for column, head in enumerate(("as it is", *(f"epoch {epoch + 1}" for epoch in range(EPOCHS)))):
            axes.text(column * wide + across / 2, -gap, head, ha="center", va="bottom", fontsize=9)
        for line, (name, _, _) in enumerate(lines):
            axes.text(-gap, line * high + down / 2, name, ha="right", va="center", fontsize=10)
        return draw(figure)


def images_per_second(
    images: NDArray[np.uint8], augmentations: Sequence[Augmentation], seed: int = 0, batch: int = 64
) -> float:
    """How many images one thread makes in a second, in batches, as in a training; measured for half a second."""
    some = images[:batch]
    _made(some, augmentations, seed, 0)
    begin, done = perf_counter(), 0
    while (seconds := perf_counter() - begin) < TIMED:
        _made(some, augmentations, seed, done)
        done += 1
    return len(some) * done / seconds


def _made(images: NDArray[np.uint8], augmentations: Sequence[Augmentation], seed: int, epoch: int) -> NDArray[np.uint8]:
    def numbers(name: str, count: int) -> NDArray[np.float32]:
        return augmentation_numbers(seed, name, epoch, 0, len(images), count)

    pixels = images.astype(np.float32) / np.float32(255)
    changed, _ = augment(augmentations, pixels, np.ones((len(images), 1)), numbers)
    return np.rint(changed * 255).astype(np.uint8)
