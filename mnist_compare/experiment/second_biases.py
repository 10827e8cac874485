"""Recurrent layers of frameworks that have two biases where the canonical layout has one."""

import numpy as np

from mnist_compare.architecture import Chain, Recurrent, walk
from mnist_compare.experiment.checkpoint import ArrayDict


def add_second_biases(layers: Chain, arrays: ArrayDict) -> ArrayDict:
    """The arrays by PyTorch's and Paddle's names, with the second bias of a layer added to its first.

    Only the sum means anything, but in a GRU whose reset comes after the product: that has two here, too.
    """
    found = dict(arrays)
    for shaped in walk(layers):
        if isinstance(shaped.layer, Recurrent) and len(shaped.layer.biases) == 1:
            for end in (end for ends in shaped.layer.ends for end in ends):
                first, second = (f"{shaped.name}.{key}{end}" for key in ("bias_ih", "bias_hh"))
                one, other = found.get(first), found.get(second)
                if isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and one.shape == other.shape:
                    found[first] = one + found.pop(second)
    return found
