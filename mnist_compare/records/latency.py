"""How long a trained network takes to answer, by how many images it is asked about at a time."""

import msgspec

from mnist_compare.io.bounds import Real, Size


class Latency(msgspec.Struct, frozen=True):
    """The seconds from a batch of so many images, on the device already, to its outputs in NumPy: the median of so many
    timings.
    """

    images: Size
    seconds: Real
    timings: Size
