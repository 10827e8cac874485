"""The constants of layers are rounded to float32. No pass to choose, but a part of the semantics of matched mode.

Some frameworks keep epsilon and momentum of a batch norm as float32 in a float64 network too: rounded once, all use the
same number. It gains no speed.
"""

from mnist_compare.architecture import ShapedLayer
from mnist_compare.architecture.rounding import round_layer


def round_layers(layers: tuple[ShapedLayer, ...]) -> tuple[ShapedLayer, ...]:
    """The layers with their constants rounded; raises ArchitectureError where one vanishes in that."""
    return tuple(round_layer(shaped) for shaped in layers)
