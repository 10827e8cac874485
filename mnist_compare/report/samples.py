"""The sample grid: images of the data set with their labels above."""

import numpy as np
from numpy.typing import NDArray

from mnist_compare.document.rendered import Rendered
from mnist_compare.document.style import draw, house_style, new_figure

SIDE = 28
GAP = 4
HEAD = 9
PAPER = 255


def sample_grid(
    images: NDArray[np.uint8],
    labels: NDArray[np.integer],
    columns: int = 5,
    title: str = "Images of the data set",
) -> Rendered:
    """Images uint8 [N, 28, 28] drawn line by line, with labels [N] above them."""
    columns = max(1, min(columns, len(images)))
    lines = max(1, -(-len(images) // columns))
    wide, high = SIDE + GAP, SIDE + GAP + HEAD
    with house_style():
        figure = new_figure(0.95 * columns + 0.4, 0.95 * high / wide * lines + 0.6, title)
        axes = figure.subplots()
        axes.axis("off")
        page = np.full((lines * high - HEAD, columns * wide - GAP), PAPER)
        for i, (image, label) in enumerate(zip(images, labels, strict=True)):
            x, y = (i % columns) * wide, (i // columns) * high
            page[y : y + SIDE, x : x + SIDE] = image
            axes.text(x + SIDE / 2, y - 1.5, str(int(label)), ha="center", va="bottom", fontsize=11)
        axes.imshow(
            page, cmap="gray", vmin=0, vmax=PAPER, extent=(0, page.shape[1], page.shape[0], 0), interpolation="nearest"
        )
        axes.set(xlim=(-GAP, columns * wide), ylim=(lines * high - HEAD, -HEAD - 1))
        axes.set_aspect("equal")
        return draw(figure)
