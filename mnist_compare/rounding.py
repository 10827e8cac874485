"""Constants rounded to float32, once and for all backends.

Paddle keeps them as float32 even in a float64 network, which moves its losses by 1e-8: so all use the rounded ones.
"""

from typing import TypeVar

import msgspec
import numpy as np

from mnist_compare.architecture import BatchNorm, PlacedLayer
from mnist_compare.errors import ArchitectureError

Struct = TypeVar("Struct", bound=msgspec.Struct)


def round_constants(value: Struct) -> Struct:
    """The struct with its floats rounded to float32."""
    fields = {name: getattr(value, name) for name in value.__struct_fields__}
    return msgspec.structs.replace(
        value, **{n: float(np.float32(v)) for n, v in fields.items() if isinstance(v, float)}
    )


def round_layer(placed: PlacedLayer) -> PlacedLayer:
    """The layer with its constants rounded; raises ArchitectureError where one vanishes in that."""
    layer = round_constants(placed.layer)
    if isinstance(placed.layer, BatchNorm):
        # Keras and Paddle keep the share of the old statistics: that one must be a float32.
        layer = msgspec.structs.replace(layer, momentum=1 - float(np.float32(1 - placed.layer.momentum)))
    try:
        layer.output_shape(placed.input_shape)
    except ValueError as error:
        raise ArchitectureError(f"Layer {placed.name}, its numbers rounded to float32: {error}.") from None
    return msgspec.structs.replace(placed, layer=layer)
