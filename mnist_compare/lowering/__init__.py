"""Passes from layers to layers, which make a framework fast and change no result but for rounding.

Each is a small file with the reason and what it gains; `PASSES` has them by name, and each backend says which it takes
(`Backend.passes`). An adapter builds its network from the `Lowered` that they leave.
"""

from mnist_compare.lowering.lowered import Lowered, Pass, Setting, Threads
from mnist_compare.lowering.tuning import PASSES, PLAIN, TUNED, TUNINGS, find_passes, find_tunings, lower

__all__ = [
    "PASSES",
    "PLAIN",
    "TUNED",
    "TUNINGS",
    "Lowered",
    "Pass",
    "Setting",
    "Threads",
    "find_passes",
    "find_tunings",
    "lower",
]
