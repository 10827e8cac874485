"""The order of flattened images: Keras flattens H-W-C, the canonical layout C-H-W."""

from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import Dropout, Flatten, Linear, PlacedLayer, ReLU, Shape


def orders(layers: tuple[PlacedLayer, ...]) -> dict[str, NDArray[np.int64]]:
    """The layers that Keras gives the values of an image in its own order, with the canonical place of each value.

    They are a Flatten, the Linear that follows, and the dropouts between; where something else follows, there are
    none, and the values must be put in the canonical order.
    """
    found: dict[str, NDArray[np.int64]] = {}
    for i, placed in enumerate(layers):
        if isinstance(placed.layer, Flatten) and len(placed.input_shape) == 3:
            between = list(takewhile(lambda p: isinstance(p.layer, ReLU | Dropout), layers[i + 1 :]))
            following = layers[i + 1 + len(between) :][:1]
            if following and isinstance(following[0].layer, Linear):
                order = channels_last_order(placed.input_shape)
                found |= {p.name: order for p in (placed, *between, *following) if not isinstance(p.layer, ReLU)}
    return found


def channels_last_order(shape: Shape) -> NDArray[np.int64]:
    """For every value of an image [C, H, W], in the order H-W-C, its place in the order C-H-W."""
    return np.arange(np.prod(shape)).reshape(shape).transpose(1, 2, 0).ravel()
