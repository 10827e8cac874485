"""How many threads Paddle gains from.

It multiplies matrices as small as a convolution of one image has, and shares out each product among the threads.
"""

from mnist_compare.architecture import Architecture, Linear

WORTH_SHARING = 60_000_000
"""Multiplications in one product of matrices from which two threads were measured to be faster than one."""


def useful_threads(architecture: Architecture, batch_size: int, given: int) -> int:
    """All threads that are given where a product is worth sharing out among them, else one."""
    products = [
        placed.multiplications * (batch_size if isinstance(placed.layer, Linear) else 1)
        for placed in architecture.placed
    ]
    return given if max(products) >= WORTH_SHARING else 1
