"""What Keras does by its own defaults, for native mode: its layers and its optimizers."""

from typing import Any, ClassVar

import keras

from mnist_compare.architecture import BatchNorm, Dropout, ShapedLayer
from mnist_compare.recipe import SGD, Adam, AdamW, Optimizer
from mnist_compare.recipe.mode import non_default_fields
from mnist_compare_keras.layers import make_layers


def make_native_layers(shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    """The Keras layers of a layer, with Keras's own defaults for what the network leaves at its."""
    match shaped.layer:
        case BatchNorm() as layer:
            given = non_default_fields(layer)
            if "momentum" in given:  # Keras's is the share of the old
                given["momentum"] = 1 - given["momentum"]
            return [keras.layers.BatchNormalization(name=shaped.name, dtype=dtype, **given)]
        case Dropout(rate=rate):
            return [keras.layers.Dropout(rate, name=shaped.name, dtype=dtype)]
        case _:
            return make_layers(shaped, dtype)


class _Native:
    """Gives one of Keras's own optimizers the slots by the names of the canonical layout."""

    names: ClassVar[dict[str, str]]

    @property
    def arrays(self) -> dict[str, list[Any]]:
        """The slots of all variables."""
        return {slot: getattr(self, name) for slot, name in self.names.items() if getattr(self, name, None)}


class NativeSGD(_Native, keras.optimizers.SGD):
    """Keras's SGD as it is."""

    names: ClassVar = {"momentum": "momentums"}


class NativeAdam(_Native, keras.optimizers.Adam):
    """Keras's Adam as it is."""

    names: ClassVar = {"first_moment": "_momentums", "second_moment": "_velocities"}


class NativeAdamW(_Native, keras.optimizers.AdamW):
    """Keras's AdamW as it is."""

    names: ClassVar = NativeAdam.names


def make_native_optimizer(recipe: Optimizer) -> Any:
    """Keras's own optimizer, with its defaults for what the recipe leaves at its."""
    names = {"beta1": "beta_1", "beta2": "beta_2"}
    given = {names.get(name, name): value for name, value in non_default_fields(recipe).items()} | {
        "learning_rate": 0.0
    }
    return {SGD: NativeSGD, Adam: NativeAdam, AdamW: NativeAdamW}[type(recipe)](**given)
