"""The sample grid: images of the data set with their labels above."""

import numpy as np
from numpy.typing import NDArray

from mnist_compare.document.rendered import Rendered
from mnist_compare.document.style import draw, house_style, new_figure

GAP, HEAD = 1 / 7, 9 / 28
"""Between images, and above each for its label, as shares of their longer side."""
PAPER = 255


def sample_grid(
    images: NDArray[np.uint8],
    labels: NDArray[np.integer],
    columns: int = 5,
    title: str = "Images of the data set",
) -> Rendered:
    """Images uint8 [N, C, H, W] drawn line by line, with labels [N] above them."""
    columns = max(1, min(columns, len(images)))
    lines = max(1, -(-len(images) // columns))
    pictures = drawn_pixels(images)
    down, across = pictures.shape[1:3]
    side = max(down, across)
    gap, head = max(1, round(GAP * side)), max(1, round(HEAD * side))
    wide, high = across + gap, down + gap + head
    with house_style():
        figure = new_figure(0.95 * columns + 0.4, 0.95 * high / wide * lines + 0.6, title)
        axes = figure.subplots()
        axes.axis("off")
        page = np.full((lines * high - head, columns * wide - gap, *pictures.shape[3:]), PAPER, dtype=np.uint8)
        for i, (image, label) in enumerate(zip(pictures, labels, strict=True)):
            x, y = (i % columns) * wide, (i // columns) * high
            page[y : y + down, x : x + across] = image
            axes.text(x + across / 2, y - 1.5 * side / 28, str(int(label)), ha="center", va="bottom", fontsize=11)
        axes.imshow(
            page, cmap="gray", vmin=0, vmax=PAPER, extent=(0, page.shape[1], page.shape[0], 0), interpolation="nearest"
        )
        axes.set(xlim=(-gap, columns * wide), ylim=(lines * high - head, -head - side / 28))
        axes.set_aspect("equal")
        return draw(figure)


def drawn_pixels(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Images [N, C, H, W], or gray ones [N, H, W], as they are drawn: gray [N, H, W], others with channels last."""
    if images.ndim == 3:
        return images
    return images[:, 0] if images.shape[1] == 1 else np.moveaxis(images, 1, -1)
