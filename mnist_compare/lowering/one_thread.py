"""One thread computes a network whose products of matrices are too small to share out."""

from msgspec.structs import replace

from mnist_compare.architecture import Chain, Convolution, Linear, walk
from mnist_compare.lowering.lowered import Lowered, Pass, Setting, Threads

WORTH_SHARING_CONVOLUTION = 25_000_000
"""Multiplications of a convolution of one image from which two threads were measured to be faster than one."""
WORTH_SHARING_BESIDE = 60_000_000
"""The same of a linear layer for a batch, in a network with convolutions."""
WORTH_SHARING_LINEAR = 2_000_000
"""The same in a network without convolutions, which has few products, and large ones."""


def useful_threads(layers: Chain, setting: Setting) -> int:
    """All threads that are given where a product is worth sharing out among them, else one."""
    chain = tuple(walk(layers))
    convolves = any(isinstance(shaped.layer, Convolution) for shaped in chain)
    linear = WORTH_SHARING_BESIDE if convolves else WORTH_SHARING_LINEAR
    shares = [
        shaped.multiplications * setting.batch_size >= linear
        if isinstance(shaped.layer, Linear)
        else shaped.multiplications >= (WORTH_SHARING_CONVOLUTION if convolves else linear)
        for shaped in chain
    ]
    return setting.threads if any(shares) else 1


def _apply(lowered: Lowered, setting: Setting) -> Lowered:
    if setting.device != "cpu":  # its gain was measured on CPUs alone
        return lowered
    threads = useful_threads(lowered.layers, setting)
    return replace(lowered, threads=Threads(threads, threads)) if threads < setting.threads else lowered


PASS = Pass(
    name="one-thread",
    reason="Paddle convolves image by image and shares out each product of matrices, as small as one image has, among "
    "the threads, which costs more than it gains in small networks. A linear layer has one for the whole batch.",
    gain="cnn 1.02 times as fast in Paddle.",
    apply=_apply,
)
