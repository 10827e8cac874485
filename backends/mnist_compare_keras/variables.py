"""Variables of Keras layers by the path of their names."""

from typing import Any

import keras


def variable_at(layer: keras.layers.Layer, path: str) -> Any:
    """The variable of a layer by its path: `kernel`, `cell.kernel`, or by the names of layers within it."""
    found: Any = layer
    for name in path.split("."):
        found = found.get_layer(name) if isinstance(found, keras.Model) else getattr(found, name)
    return found


def variable_in(model: keras.Model, layer: str, path: str) -> Any:
    """The same by the name of the layer; None where the model has none such."""
    try:
        return variable_at(model.get_layer(layer), path)
    except (ValueError, AttributeError):
        return None
