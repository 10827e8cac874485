"""What TensorFlow does with its threads: several operations at once, or one operation in several threads."""

from contextlib import suppress

import tensorflow as tf

from mnist_compare.architecture import Architecture

WORTH_SHARING = 150_000_000
"""Multiplications of a batch in one layer from which its operations were measured to gain from several threads."""


def share_threads(architecture: Architecture, batch_size: int, threads: int) -> None:
    """Let TensorFlow use so many threads, in the way that suits the network.

    It settles that for good with the first thing it computes: a later network of the same process gets what is there.
    """
    largest = batch_size * max(placed.multiplications for placed in architecture.placed)
    at_once, within = (1, threads) if largest >= WORTH_SHARING else (threads, 1)
    with suppress(RuntimeError):
        tf.config.threading.set_inter_op_parallelism_threads(at_once)
        tf.config.threading.set_intra_op_parallelism_threads(within)
