"""The numbers of a layer rounded to float32, once and for all backends."""

import msgspec

from mnist_compare.architecture import Architecture, ShapedLayer
from mnist_compare.errors import ArchitectureError
from mnist_compare.io.float32 import RANGE, fits, floats


def check_rounded(architecture: Architecture) -> None:
    """Raise ArchitectureError, which names the layer, where a number cannot be rounded to float32."""
    for shaped in architecture.all_layers:
        round_layer(shaped)


def round_layer(shaped: ShapedLayer) -> ShapedLayer:
    """The layer with its constants rounded; raises ArchitectureError where one vanishes in that."""
    for name, number in floats(shaped.layer).items():
        if not fits(number):
            raise ArchitectureError(f"Layer {shaped.name}: {name} must be {RANGE} (it is {number!r}).")
    layer = shaped.layer.rounded()
    try:
        layer.output_shape(shaped.input_shape)
    except ValueError as error:
        given = ", ".join(f"{name} {number!r}" for name, number in floats(shaped.layer).items())
        raise ArchitectureError(
            f"Layer {shaped.name}, given {given}: rounded to float32, as frameworks keep it, {error}."
        ) from None
    return msgspec.structs.replace(shaped, layer=layer)
