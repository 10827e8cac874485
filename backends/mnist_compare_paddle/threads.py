"""How many threads Paddle gains from: it multiplies the matrices of a convolution image by image, by a fork each."""

from math import prod

from mnist_compare.architecture import Architecture

WORTH_A_FORK = 60_000_000
"""Multiplications in one product of matrices below which one thread was faster than two, wherever it was measured."""


def useful_threads(architecture: Architecture, batch_size: int, given: int) -> int:
    """All threads that are given where a product is large enough to be shared out, else one."""
    return given if largest_product(architecture, batch_size) >= WORTH_A_FORK else 1


def largest_product(architecture: Architecture, batch_size: int) -> int:
    """Multiplications of the largest product of two matrices: of an image in a convolution, of a batch elsewhere."""
    return max(
        (
            prod(placed.parameters["weight"]) * (prod(placed.output_shape[1:]) if placed.output_shape[1:] else batch_size)
            for placed in architecture.placed
            if "weight" in placed.parameters
        ),
        default=0,
    )
