"""The numbers of a layer rounded to float32, once and for all backends."""

import msgspec
import numpy as np

from mnist_compare.architecture import Architecture, BatchNorm, PlacedLayer
from mnist_compare.errors import ArchitectureError
from mnist_compare.float32 import RANGE, fits, floats, round_constants


def check_rounded(architecture: Architecture) -> None:
    """Raise ArchitectureError, which names the layer, where a number cannot be rounded to float32."""
    for placed in architecture.placed:
        round_layer(placed)


def round_layer(placed: PlacedLayer) -> PlacedLayer:
    """The layer with its constants rounded; raises ArchitectureError where one vanishes in that."""
    for name, number in floats(placed.layer).items():
        if not fits(number):
            raise ArchitectureError(f"Layer {placed.name}: {name} must be {RANGE} (it is {number!r}).")
    layer = round_constants(placed.layer)
    if isinstance(placed.layer, BatchNorm):
        # Keras and Paddle keep the share of the old statistics: that one must be a float32.
        layer = msgspec.structs.replace(layer, momentum=1 - float(np.float32(1 - placed.layer.momentum)))
    try:
        layer.output_shape(placed.input_shape)
    except ValueError as error:
        given = ", ".join(f"{name} {number!r}" for name, number in floats(placed.layer).items())
        raise ArchitectureError(
            f"Layer {placed.name}, given {given}: rounded to float32, as frameworks keep it, {error}."
        ) from None
    return msgspec.structs.replace(placed, layer=layer)
