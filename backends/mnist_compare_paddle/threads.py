"""How many threads Paddle gains from.

Of a convolution it multiplies matrices as small as one image has, of a linear layer one for the whole batch, and shares
out each product among the threads.
"""

from mnist_compare.architecture import Architecture, Convolution, Linear

WORTH_SHARING = 60_000_000
"""Multiplications in one product of matrices from which two threads were measured to be faster than one."""
WORTH_SHARING_LINEAR = 2_000_000
"""The same in a network without convolutions, which has few products, and large ones."""


def useful_threads(architecture: Architecture, batch_size: int, given: int) -> int:
    """All threads that are given where a product is worth sharing out among them, else one."""
    products = [
        shaped.multiplications * (batch_size if isinstance(shaped.layer, Linear) else 1)
        for shaped in architecture.shaped_layers
    ]
    convolves = any(isinstance(shaped.layer, Convolution) for shaped in architecture.shaped_layers)
    return given if max(products) >= (WORTH_SHARING if convolves else WORTH_SHARING_LINEAR) else 1
