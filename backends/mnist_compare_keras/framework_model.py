"""The network as a Keras user writes it: stock keras.layers in a keras.Sequential, channels last."""

import random
from itertools import chain
from typing import Any, ClassVar

import keras
import numpy as np
import tensorflow as tf

from mnist_compare.architecture import ShapedLayer
from mnist_compare.experiment.checkpoint import ArrayDict
from mnist_compare.experiment.framework_model import FrameworkNetwork
from mnist_compare.experiment.layout import KeptArrays
from mnist_compare_keras.layers import kept_arrays
from mnist_compare_keras.native import make_native_layers


class KerasNetwork(FrameworkNetwork):
    """Keras keeps kernels as [height, width, in, out] and [in, out], and flattens as H-W-C."""

    kept_arrays: ClassVar[KeptArrays] = staticmethod(kept_arrays)
    channels_last: ClassVar[bool] = True
    takes: ClassVar[str] = "a keras.Model (of a file: what keras.models.load_model(PATH) gives)"

    def make(self) -> keras.Sequential:
        channels, height, width = self.layers[0].input_shape
        state = random.getstate()  # layers draw the seeds of their generators
        try:
            layers = chain.from_iterable(self._layers(shaped) for shaped in self.layers)
            image = keras.Input((height, width, channels), dtype=np.dtype(self.dtype).name)
            with tf.device(self.device.upper()):
                return keras.Sequential([image, *layers])
        finally:
            random.setstate(state)

    def fill(self, model: keras.Sequential, arrays: ArrayDict) -> None:
        for name, array in arrays.items():
            layer, _, key = name.rpartition(".")
            getattr(model.get_layer(layer), key).assign(array)

    def read(self, given: Any) -> ArrayDict | None:
        if not isinstance(given, keras.Model):
            return None
        return {
            f"{layer.name}.{variable.name}": keras.ops.convert_to_numpy(variable)
            for layer in given.layers
            for variable in layer.weights
        }

    def _layers(self, shaped: ShapedLayer) -> list[keras.layers.Layer]:
        policy = "mixed_bfloat16" if self.precision == "bfloat16" else self.precision
        return make_native_layers(shaped.layer, shaped, policy)
