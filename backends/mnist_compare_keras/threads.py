"""What TensorFlow does with its threads: several operations at once, or one operation in several threads.

One operation in two threads gains little in a small network: the threads wait for each other after each. Several
operations at once gain only where the network has some that do not wait for each other, and a sequential one has few.
So a batch of images is cut into parts, which go forward and backward side by side; their gradients are added up.
"""

from itertools import pairwise

import msgspec

from mnist_compare.architecture import Architecture, BatchNorm, Convolution

SMALLEST_PART = 16
"""Images."""
WORTH_SHARING = 150_000_000
"""Multiplications of a batch in one layer from which its operations were measured to gain from several threads."""


class Sharing(msgspec.Struct, frozen=True):
    """So many parts of a batch and operations at once, and threads within each operation."""

    parts: int
    at_once: int
    within: int


def sharing(architecture: Architecture, batch_size: int, threads: int) -> Sharing:
    """The sharing of so many threads that suits a network.

    Parts were measured to gain in networks with convolutions: what a linear layer saves is less than adding up its
    gradients costs. A BatchNorm has to see the whole batch; its network gains from both, by a few percent.
    """
    kinds = {type(shaped.layer) for shaped in architecture.shaped_layers}
    parts = min(threads, batch_size // SMALLEST_PART) if Convolution in kinds and BatchNorm not in kinds else 1
    if parts > 1:
        return Sharing(parts, parts, threads // parts)
    largest = batch_size * max(shaped.multiplications for shaped in architecture.shaped_layers)
    if largest >= WORTH_SHARING:
        return Sharing(1, 1, threads)
    return Sharing(1, threads, threads if Convolution in kinds else 1)


def cut(batch: int, parts: int) -> list[slice]:
    """The parts of a batch of so many images, as equal as can be; at most as many as there are images."""
    parts = max(1, min(parts, batch))
    cuts = [batch * i // parts for i in range(parts + 1)]
    return [slice(start, stop) for start, stop in pairwise(cuts)]
