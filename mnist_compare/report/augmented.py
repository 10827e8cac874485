"""Training images, and what augmentations make of them, epoch by epoch."""

from collections.abc import Sequence
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.augment import augment
from mnist_compare.document.rendered import Rendered
from mnist_compare.document.style import draw, house_style, new_figure
from mnist_compare.randomness import augmentation_numbers
from mnist_compare.recipe.augmentations import Augmentation
from mnist_compare.report.samples import PAPER, drawn_pixels

EPOCHS = 9
TIMED = 0.5
"""Seconds for which the making of images is timed."""


def augmented_grid(images: NDArray[np.uint8], augmentations: Sequence[Augmentation], seed: int = 0) -> Rendered:
    """A line for each of the images uint8 [N, C, H, W]: itself, and what becomes of it in each of some epochs."""
    made = [drawn_pixels(images), *(drawn_pixels(_made(images, augmentations, seed, epoch)) for epoch in range(EPOCHS))]
    down, across = made[0].shape[1:3]
    gap = max(1, max(down, across) // 7)
    wide, high = across + gap, down + gap
    page = np.full((len(images) * high - gap, len(made) * wide - gap, *made[0].shape[3:]), PAPER, dtype=np.uint8)
    for column, pictures in enumerate(made):
        for line, picture in enumerate(pictures):
            page[line * high : line * high + down, column * wide : column * wide + across] = picture
    title = ", ".join(one.describe() for one in augmentations)
    with house_style():
        figure = new_figure(0.8 * len(made) + 0.4, 0.8 * high / wide * len(images) + 0.9, title)
        axes = figure.subplots()
        axes.axis("off")
        axes.imshow(page, cmap="gray", vmin=0, vmax=PAPER, interpolation="nearest")
        for column, head in enumerate(("as it is", *(f"epoch {epoch + 1}" for epoch in range(EPOCHS)))):
            axes.text(column * wide + across / 2, -gap, head, ha="center", va="bottom", fontsize=9)
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
