"""The network as a Keras user writes it: stock keras.layers in a keras.Sequential, channels last."""

import random
from typing import Any, ClassVar

import keras
import numpy as np
import tensorflow as tf

from mnist_compare.experiment.checkpoint import ArrayDict
from mnist_compare.experiment.framework_model import FrameworkNetwork
from mnist_compare.experiment.layout import KeptArrays
from mnist_compare_keras.layers import kept_arrays
from mnist_compare_keras.model import connect, make_all
from mnist_compare_keras.native import make_native_layers


class KerasNetwork(FrameworkNetwork):
    """Keras keeps kernels as [height, width, in, out] and [in, out], and flattens as H-W-C."""

    kept_arrays: ClassVar[KeptArrays] = staticmethod(kept_arrays)
    channels_last: ClassVar[bool] = True
    takes: ClassVar[str] = "a keras.Model (of a file: what keras.models.load_model(PATH) gives)"

    def make(self) -> keras.Model:
        channels, height, width = self.layers[0].input_shape
        state = random.getstate()  # layers draw the seeds of their generators
        try:
            policy = "mixed_bfloat16" if self.precision == "bfloat16" else self.precision
            made = make_all(self.layers, self._order, policy, make_native_layers)
            image = keras.Input((height, width, channels), dtype=np.dtype(self.dtype).name)
            with tf.device(self.device.upper()):
                return connect(self.layers, made, policy, image)
        finally:
            random.setstate(state)

    def fill(self, model: keras.Model, arrays: ArrayDict) -> None:
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
