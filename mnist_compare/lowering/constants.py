"""The constants of layers are rounded to float32. No pass to choose, but a part of the semantics of matched mode.

Some frameworks keep epsilon and momentum of a batch norm as float32 in a float64 network too: rounded once, all use the
same number. It gains no speed.
"""

from mnist_compare.architecture import Chain, map_layers
from mnist_compare.architecture.rounding import round_layer


def round_layers(layers: Chain) -> Chain:
    """The layers with their constants rounded; raises ArchitectureError where one vanishes in that."""
    return map_layers(layers, round_layer)
